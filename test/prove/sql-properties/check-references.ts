import { assert, type Catalog } from '../../../spi/index.ts';
import type { StatementReferences } from '../../../sql/bind/index.ts';
import { pick, type Random } from '../../property/stream-tables.ts';
import { catalogOf } from '../../support/bind-text.ts';
import { readCorpus, readSchema } from '../corpora/corpus.ts';
import type { Check } from '../proof.ts';
import { bindForProof } from './bind-query.ts';
import { openDuckdbBinder, type DuckdbReads } from './duckdb-reads.ts';
import { CONSTANTS, type Kind } from './random-expressions.ts';
import { QueryMaker, TABLE_DEFINITIONS } from './random-queries.ts';

/** Returns what a statement reads; a test of a fault gives its own. */
export type ReferencesOf = (sql: string, catalog: Catalog) => Promise<StatementReferences>;

/** The references that the front end tells. */
export const referencesOf: ReferencesOf = async (sql, catalog) => (await bindForProof(sql, catalog, 'main')).references();

/** How much is tried. */
export interface ReferenceOptions {
  readonly random: Random;
  readonly queries: number;
  readonly log: (line: string) => void;
}

/** A name for what a statement is, and its text. */
interface Sample {
  readonly id: string;
  readonly sql: string;
}

/** Checks the tables, columns and functions of the corpora and of random queries against what DuckDB's binder finds. */
export async function checkReferences(options: ReferenceOptions, references: ReferencesOf = referencesOf): Promise<Check[]> {
  const { random, queries, log } = options;
  const made: Sample[] = [];
  while (made.length < queries) {
    const sql = new QueryMaker(random, random() < 0.2).query(pick(random, [0, 1, 2]));
    // DuckDB's binder takes a call of a constant NULL away.
    const bare = sql.replace(/CAST\(NULL AS ([A-Z]+(\(9,2\))?)\)/g, (_, kind: Kind) => CONSTANTS[kind][0] ?? '');
    if (!isComparable(bare)) continue;
    made.push({ id: `random ${String(made.length)}`, sql: bare });
  }
  return [
    ...(await compareAll('tpch', readCorpus('tpch'), readSchema('tpch'), references, log)),
    ...(await compareAll('tpcds', readCorpus('tpcds'), readSchema('tpcds'), references, log)),
    ...(await compareAll('random', made, TABLE_DEFINITIONS, references, log)),
  ];
}

/** A NULLIF of equal constants, which is NULL. */
const CONSTANT_NULL = /NULLIF\(((?:[A-Z]+ )?'[^']*'|[-\d.e]+), \1\)/;

/** DuckDB does not bind a common table that nobody reads, and computes -(-1), LIKE of constants and what takes a constant NULL while it parses or binds. */
function isComparable(sql: string): boolean {
  const common = /^WITH (q\d+)\(/.exec(sql)?.[1];
  const isUsed = common === undefined || sql.includes(` ${common} AS `);
  return isUsed && !CONSTANT_NULL.test(sql) && !/\(- -\d|'[^']*' (NOT )?LIKE/.test(sql);
}

/** Statements that DuckDB's binder need not plan. */
const UNPLANNED_SHARE_MAX = 0.01;

async function compareAll(
  name: string,
  samples: readonly Sample[],
  definitions: readonly string[],
  references: ReferencesOf,
  log: (line: string) => void,
): Promise<Check[]> {
  const catalog = await catalogOf(definitions);
  const duckdb = await openDuckdbBinder(definitions);
  const wrong = { tables: [] as string[], columns: [] as string[], functions: [] as string[] };
  let unplanned = 0;
  try {
    for (const { id, sql } of samples) {
      const expected = await duckdb.readsOf(sql);
      if (expected === null) {
        unplanned += 1;
        continue;
      }
      const differences = differencesOf(await references(sql, catalog), expected);
      for (const [part, difference] of Object.entries(differences)) {
        if (difference === null) continue;
        wrong[part as keyof typeof wrong].push(`${id}: ${difference}`);
        log(`DIFFERENT ${part} of ${id}: ${difference}\n  ${sql}`);
      }
    }
  } finally {
    duckdb.close();
  }
  const total = samples.length - unplanned;
  assert(unplanned <= samples.length * UNPLANNED_SHARE_MAX, `DuckDB plans all but ${String(unplanned)} of the statements`);
  return Object.entries(wrong).map(([part, failed]) => ({
    id: `${part}-${name}`,
    value: total - new Set(failed).size,
    unit: 'statements',
    target: `${total} of ${total}`,
    pass: failed.length === 0,
    note: failed[0],
  }));
}

/** Functions that stand for forms of the grammar: DuckDB's binder turns some into others, as NOT (a = b) into a <> b. */
const FORMS: ReadonlySet<string> = new Set([
  ...[
    'and',
    'or',
    'not',
    'eq',
    'ne',
    'lt',
    'le',
    'gt',
    'ge',
    'is_null',
    'is_not_null',
    'is_true',
    'is_not_true',
    'is_false',
    'is_not_false',
  ],
  ...['is_distinct_from', 'is_not_distinct_from'],
]);
/** Functions that DuckDB's binder replaces: NULLIF and IF by CASE, constants by their value. */
const REPLACED: ReadonlySet<string> = new Set(['nullif', 'if', 'typeof', 'current_user', 'current_schema', 'current_database']);
/** Functions that DuckDB's binder adds: for scalar subqueries, EXISTS and set operations by bag, and for intervals. */
const ADDED: ReadonlySet<string> = new Set([
  'first',
  'error',
  'count_star',
  'row_number',
  'trunc',
  'to_months',
  'to_days',
  'to_minutes',
  'to_hours',
]);

function differencesOf(
  found: StatementReferences,
  expected: DuckdbReads,
): Readonly<Record<'tables' | 'columns' | 'functions', string | null>> {
  const stored = found.reads.filter((read) => read.kind === 'table');
  const tables = new Set(stored.map((read) => read.name));
  const columns = new Set(stored.flatMap((read) => read.columns.map((column) => `${read.name}.${column}`)));
  const functions = new Set(found.functions.filter((name) => !FORMS.has(name) && !REPLACED.has(name)));
  const theirs = new Set([...expected.functions].filter((name) => functions.has(name) || !(ADDED.has(name) || REPLACED.has(name))));
  return {
    tables: setDifference(tables, new Set(expected.tables)),
    columns: setDifference(columns, new Set(expected.columns)),
    functions: setDifference(functions, theirs),
  };
}

/** Returns how two sets differ, or null. */
export function setDifference(found: ReadonlySet<string>, expected: ReadonlySet<string>): string | null {
  const extra = [...found].filter((name) => !expected.has(name)).sort();
  const missing = [...expected].filter((name) => !found.has(name)).sort();
  const parts = [
    ...(missing.length === 0 ? [] : [`without ${missing.join(' ')}`]),
    ...(extra.length === 0 ? [] : [`with ${extra.join(' ')} besides`]),
  ];
  return parts.length === 0 ? null : parts.join(', ');
}

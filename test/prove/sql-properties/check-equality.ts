import { isDeepStrictEqual } from 'node:util';
import { formatType } from '../../../spi/index.ts';
import { pick, type Random } from '../../property/stream-tables.ts';
import { differenceOf } from '../corpora/compare-answers.ts';
import type { Answer } from '../corpora/duckdb-answers.ts';
import type { Check } from '../proof.ts';
import type { Arena, NoAnswer } from './arena.ts';
import { bindQuery, type ProofQuery, rulesLeftOut } from './bind-query.ts';
import { QueryMaker } from './random-queries.ts';

/** How much is tried. */
export interface EqualityOptions {
  readonly random: Random;
  readonly queries: number;
  readonly log: (line: string) => void;
}

/** Queries over the same rows, before new rows are loaded. */
const QUERIES_PER_LOAD = 20;
const ROWS_MAX = 30;

/** What came of one query. */
export interface Verdict {
  readonly differences: readonly string[];
  /** Names of the engines that gave rows, and of the rules that changed the plan. */
  readonly compared: readonly string[];
  readonly rows: number;
}

/** Checks that random queries have the rows and types that DuckDB gives for their text: on every engine that takes them, and with rules left out. */
export async function checkEquality(arena: Arena, { random, queries, log }: EqualityOptions): Promise<Check[]> {
  arena.cutFinely(true);
  const compared = new Map<string, number>();
  const wrong: string[] = [];
  let failing = 0;
  let telling = 0;
  for (let index = 0; index < queries; index += 1) {
    if (index % QUERIES_PER_LOAD === 0) await arena.load(random, ROWS_MAX);
    const sql = new QueryMaker(random, random() < 0.4).query(pick(random, [0, 1, 1, 2]));
    const verdict = await judge(arena, sql);
    if (verdict === null) failing += 1;
    for (const name of verdict?.compared ?? []) compared.set(name, (compared.get(name) ?? 0) + 1);
    if ((verdict?.rows ?? 0) > 0) telling += 1;
    for (const difference of verdict?.differences ?? []) {
      wrong.push(`${difference}: ${sql}`);
      log(`DIFFERENT ${difference}\n  ${sql}`);
    }
  }
  log(`${queries} random queries: ${[...compared].map(([name, count]) => `${name} ${count}`).join(', ')}`);
  return [
    { id: 'random-queries-wrong', value: wrong.length, unit: 'queries', target: '0', pass: wrong.length === 0, note: wrong[0] },
    { id: 'random-queries-failing', value: failing, unit: 'queries', target: `<= ${queries / 10}`, pass: failing <= queries / 10 },
    { id: 'random-queries-with-rows', value: telling, unit: 'queries', target: `>= ${queries / 2}`, pass: telling >= queries / 2 },
    ...[...compared].map(([name, count]) => ({
      id: `random-queries-${name.replaceAll(' ', '-')}`,
      value: count,
      unit: 'queries',
      target: '> 0',
      pass: true,
    })),
  ];
}

/** DuckDB forgets the type of a constant NULL and calls it INTEGER. */
const isUntypedNull = ({ types, rows }: Answer & { readonly types: readonly string[] }, column: number): boolean =>
  types[column] === 'INTEGER' && rows.every((row) => row[column] === null);

/** Compares the answers to a text; null when DuckDB itself has none, because a value left its range. */
export async function judge(arena: Arena, sql: string): Promise<Verdict | null> {
  const reference = await arena.reference(sql);
  if ('refused' in reference) {
    return isOutOfRange(reference) ? null : { differences: [`the reference: ${reference.message}`], compared: [], rows: 0 };
  }
  let bound: ProofQuery;
  try {
    bound = await bindQuery(sql, arena.catalog);
  } catch (error) {
    return { differences: [`not bound: ${String(error)}`], compared: [], rows: 0 };
  }
  const differences: string[] = [];
  const compared: string[] = [];
  const types = bound.query.plan.output.map((column) => formatType(column.type).toUpperCase());
  if (!types.every((type, index) => type === reference.types[index] || isUntypedNull(reference, index)))
    differences.push(`types ${types.join(' ')} in place of ${reference.types.join(' ')}`);
  const note = (name: string, answer: Answer | NoAnswer): void => {
    if ('refused' in answer) {
      if (!answer.refused && !isOutOfRange(answer)) differences.push(`${name}: ${answer.code} ${answer.message}`);
      return;
    }
    compared.push(name);
    const difference = differenceOf(reference, answer, []);
    if (difference !== null) differences.push(`${name}: ${difference}`);
  };
  for (const engine of arena.engines) note(engine.name, await engine.answer(bound.query));
  const [olap] = arena.engines;
  for (const { name, rules } of rulesLeftOut()) {
    const other = bound.after(rules);
    if (olap !== undefined && !isDeepStrictEqual(other.plan, bound.query.plan)) note(name, await olap.answer(other));
  }
  return { differences, compared, rows: reference.rows.length };
}

const isOutOfRange = ({ code, message }: NoAnswer): boolean =>
  code === 'SQL_OVERFLOW' ||
  code === 'SQL_INVALID_VALUE' ||
  (code === 'reference' && /Out of Range|Overflow|Conversion Error/i.test(message));

import { PlatformError } from '../../../spi/index.ts';
import { parseStatement } from '../../../sql/parse/index.ts';
import { bindStatement, type BoundStatement } from '../../../sql/bind/index.ts';
import { bindContext } from '../../support/bind-text.ts';
import { MemoryCatalog } from '../../support/memory-catalog.ts';
import type { Check } from '../proof.ts';
import { checkRoundTrip } from './check-round-trip.ts';
import type { CorpusStatement } from './corpus.ts';

/** Groups of statements that define what the queries read. */
const DEFINITIONS: readonly string[] = ['ddl_gen_v2', 'ddl_kafka', 'ddl_views'];

/** Checks that the statements of a streaming benchmark are read and bound, each group over its own tables beside the common ones, and that row
 *  patterns are refused as such. */
export async function checkNexmark(statements: readonly CorpusStatement[], random: () => number): Promise<Check[]> {
  const patterns = statements.filter(isRowPattern);
  const others = statements.filter((statement) => !isRowPattern(statement));
  const unbound: string[] = [];
  const common = new MemoryCatalog();
  for (const name of DEFINITIONS) await bindGroup(name, others, common, unbound);
  const groups = new Set(others.map(groupOf).filter((name) => !DEFINITIONS.includes(name)));
  for (const name of groups) await bindGroup(name, others, common.pinned(), unbound);
  const unrefused = patterns.flatMap(({ id, sql }) => (isRefused(sql) ? [] : [id]));
  return [
    ...checkRoundTrip('nexmark', others, random),
    check('nexmark-bound', others.length, unbound),
    check('nexmark-row-patterns-refused', patterns.length, unrefused),
  ];
}

const groupOf = ({ id }: CorpusStatement): string => id.split('.')[0] ?? id;

const isRowPattern = ({ id, sql }: CorpusStatement): boolean => id.startsWith('cep_') && /\bMATCH_RECOGNIZE\b/i.test(sql);

async function bindGroup(name: string, statements: readonly CorpusStatement[], catalog: MemoryCatalog, unbound: string[]): Promise<void> {
  for (const statement of statements.filter((candidate) => groupOf(candidate) === name)) {
    try {
      define(await bindStatement(parseStatement(statement.sql), bindContext(statement.sql, catalog)), catalog);
    } catch (error) {
      unbound.push(`${statement.id}: ${String(error)}`);
    }
  }
}

/** What a definition defines is there for the statements after it. */
function define(bound: BoundStatement, catalog: MemoryCatalog): void {
  if (bound.kind === 'create_table') catalog.createTable(bound.spec);
  if (bound.kind === 'create_view') catalog.createView(bound.view);
}

function isRefused(sql: string): boolean {
  try {
    parseStatement(sql);
    return false;
  } catch (error) {
    return error instanceof PlatformError && error.code === 'SQL_UNSUPPORTED' && error.message.includes('MATCH_RECOGNIZE');
  }
}

function check(id: string, all: number, failed: readonly string[]): Check {
  return {
    id,
    value: all - failed.length,
    unit: 'statements',
    target: `${String(all)} of ${String(all)}`,
    pass: failed.length === 0 && all > 0,
    note: failed.length === 0 ? undefined : failed.join('; '),
  };
}

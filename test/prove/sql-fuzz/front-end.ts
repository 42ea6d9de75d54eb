import { isDeepStrictEqual } from 'node:util';
import { assert, type LogicalPlan, PlatformError } from '../../../spi/index.ts';
import type { Statement } from '../../../sql/ast/index.ts';
import type { BoundStatement } from '../../../sql/bind/index.ts';
import { bindStatement } from '../../../sql/bind/index.ts';
import { formatStatement } from '../../../sql/format/index.ts';
import { placeStatements } from '../../../sql/lex/index.ts';
import { parseStatement } from '../../../sql/parse/index.ts';
import { formatPlan } from '../../../sql/plan/index.ts';
import { printDuckdb } from '../../../sql/print/index.ts';
import { withoutSpans } from '../../property/sql-without-spans.ts';
import { bindContext } from '../../support/bind-text.ts';
import type { MemoryCatalog } from '../../support/memory-catalog.ts';

/** How far a text came. */
export type FuzzOutcome = 'refused by the parser' | 'refused by the binder' | 'bound' | 'planned' | 'printed';

/** Above this length only the way forward is run. Units: UTF-16 code units. */
const ROUND_TRIP_LENGTH_MAX = 20_000;

/** Sends a text through everything between bytes and an engine's dialect.
 *  `begin` is told the name of each step before it starts.
 *  @throws whatever is no refusal: a bug. */
export async function runFrontEnd(text: string, catalog: MemoryCatalog, begin: (step: string) => void): Promise<FuzzOutcome> {
  begin('split');
  refusal(() => placeStatements(text));
  begin('parse');
  const statement = refusal(() => parseStatement(text));
  if (statement === null) return 'refused by the parser';
  if (text.length <= ROUND_TRIP_LENGTH_MAX) checkRoundTrip(statement, begin);
  begin('bind');
  const bound = await bindOrRefuse(statement, text, catalog);
  if (bound === null) return 'refused by the binder';
  const plan = planOf(bound);
  if (plan === null) return 'bound';
  begin('plan');
  formatPlan(plan);
  const copy = JSON.parse(JSON.stringify(plan)) as LogicalPlan;
  begin('print');
  const printed = refusal(() => printDuckdb(copy, { session: { timeZone: 'UTC', startedAtUs: '1' }, scan: () => 's' }));
  return printed === null ? 'planned' : 'printed';
}

function checkRoundTrip(statement: Statement, begin: (step: string) => void): void {
  begin('format');
  const printed = formatStatement(statement);
  begin('parse again');
  // Printing puts parentheses where none were, which may be one level too many.
  const again = refusal(() => parseStatement(printed), ['SQL_TOO_DEEP']);
  assert(
    again === null || isDeepStrictEqual(withoutSpans(again), withoutSpans(statement)),
    `the tree survives printing as ${printed.slice(0, 200)}`,
  );
}

async function bindOrRefuse(statement: Statement, text: string, catalog: MemoryCatalog): Promise<BoundStatement | null> {
  try {
    return await bindStatement(statement, bindContext(text, catalog, { parameters: /[?$]/.test(text) ? ['1'] : [] }));
  } catch (error) {
    return refused(error);
  }
}

function refusal<T>(run: () => T, codes?: readonly string[]): T | null {
  try {
    return run();
  } catch (error) {
    if (codes !== undefined && !(error instanceof PlatformError && codes.includes(error.code))) throw error;
    return refused(error);
  }
}

/** A refusal has a code and is not our own fault. */
function refused(error: unknown): null {
  if (error instanceof PlatformError && error.kind !== 'internal') return null;
  throw error;
}

function planOf(bound: BoundStatement): LogicalPlan | null {
  if (bound.kind === 'explain') return planOf(bound.statement);
  return 'query' in bound ? bound.query.plan : null;
}

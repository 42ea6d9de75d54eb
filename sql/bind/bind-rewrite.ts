import { type Expression as PlanExpression, PlatformError, type TableSnapshot } from '../../spi/index.ts';
import type { Expression, Span } from '../ast/index.ts';
import { parseStatement } from '../parse/index.ts';
import { bindError } from './bind-error.ts';
import { bindCondition } from './bind-operator.ts';
import { scanTable } from './bind-relation.ts';
import type { BinderState } from './binder-state.ts';
import type { BoundCall } from './bound-statement.ts';
import { planQuery } from './finish-query.ts';
import { nameColumns } from './from-item.ts';
import { noteUse } from './read-record.ts';
import { ScopeColumns } from './scope-columns.ts';

/** Binds what `optimize` reads and writes: all rows of the files that may hold a row which meets the condition.
 *  @param where text of the condition; undefined for all files
 *  @throws SQL_* for a text that is no condition over the table's columns */
export function bindRewrite(
  state: BinderState,
  table: TableSnapshot,
  where: string | boolean | undefined,
  span: Span,
): NonNullable<BoundCall['rewrite']> {
  const rows = scanTable(state, table, true);
  const { plan: scan } = rows;
  const filter = where === undefined ? null : boundCondition(state, table, rows, String(where), span);
  noteUse(state, 'table', table.ref, rows, true);
  const { snapshotId, schemaId, columns } = scan;
  const query = planQuery(state, rows);
  // The rows are written anew; the statement's own result tells what was done.
  state.reads.result = null;
  return { scan: { table: table.ref, snapshotId, schemaId, columns, filter }, query };
}

function boundCondition(
  state: BinderState,
  table: TableSnapshot,
  rows: ReturnType<typeof scanTable>,
  text: string,
  span: Span,
): PlanExpression {
  try {
    const source = { ...state.source, text };
    const own = { table: table.ref.name, schema: table.ref.schema };
    const scope = { columns: ScopeColumns.of(nameColumns({ ...state, source }, rows.columns, own, null)), aliases: null, outer: null };
    const environment = { commonTables: new Map<string, never>(), outer: null };
    return bindCondition({ state: { ...state, source }, scope, environment, calls: null, place: 'where' }, parseCondition(text));
  } catch (error) {
    // Places in the condition's own text would be taken for places in the statement's.
    const { code, message, hint } = PlatformError.from(error, 'SQL_SYNTAX');
    throw bindError(state, code, `in where: ${message}`, span, { hint });
  }
}

function parseCondition(text: string): Expression {
  const statement = parseStatement(`VALUES (${text}\n)`);
  const body = statement.kind === 'query-statement' ? statement.query.body : null;
  const [row, ...moreRows] = body?.kind === 'values' ? body.rows : [];
  const [condition, ...more] = row ?? [];
  if (condition !== undefined && more.length === 0 && moreRows.length === 0) return condition;
  throw new PlatformError('SQL_SYNTAX', 'it is not one condition');
}

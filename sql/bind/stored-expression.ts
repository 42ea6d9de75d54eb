import { assert, type Expression as PlanExpression, type PlanColumn, type TableSnapshot } from '../../spi/index.ts';
import type { Expression, Span } from '../ast/index.ts';
import { parseStatement } from '../parse/index.ts';
import { unsupported } from './bind-error.ts';
import { type BinderState, bindWithin, type Environment } from './binder-state.ts';
import { settled } from './coercion.ts';
import { ScopeColumns } from './scope-columns.ts';

const NOTHING_AROUND: Environment = { commonTables: new Map(), outer: null };
const SELECT = 'SELECT ';

/** Parses an expression that was kept as text with a table. Errors name what it belongs to and point to where the statement uses the table. */
export function openStoredExpression(
  state: BinderState,
  { ref }: Pick<TableSnapshot, 'ref'>,
  { label, expression, span }: { readonly label: string; readonly expression: string; readonly span: Span },
): { readonly state: BinderState; readonly expression: Expression } {
  const text = `${SELECT}${expression}`;
  const source = { text, defaultSchema: ref.schema, view: { name: label, use: { source: state.source, span } } };
  return { state: { ...state, source }, expression: parseExpressionText(text) };
}

/** Binds an expression that is kept with a table over its columns.
 *  @param over `place` says in messages where the expression stands
 *  @throws SQL_UNSUPPORTED for subqueries and parameters, SQL_UNKNOWN_COLUMN and what else an expression can be refused for */
export function bindOver(
  state: BinderState,
  { table, inputs, place }: { readonly table: string; readonly inputs: readonly PlanColumn[]; readonly place: string },
  expression: Expression,
): PlanExpression {
  const columns = inputs.map((column, position) => ({ ...column, table, schema: null, qualifiedOnly: false, position }));
  const scope = { columns: ScopeColumns.of(columns), aliases: null, outer: null };
  refuseQueries(state, place, expression);
  return settled(state, bindWithin({ state, scope, environment: NOTHING_AROUND, calls: null, place }, expression));
}

/** The text is bound again where the table is read, without the other relations that it names and without values for parameters. */
function refuseQueries(state: BinderState, place: string, expression: Expression): void {
  const pending: object[] = [expression];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    const kind = 'kind' in node ? node.kind : null;
    if (kind === 'query') throw unsupported(state, `a subquery in ${place}`, expression.span);
    if (kind === 'numbered-parameter' || kind === 'named-parameter') throw unsupported(state, `a parameter in ${place}`, expression.span);
    for (const child of Object.values(node) as unknown[]) if (typeof child === 'object' && child !== null) pending.push(child);
  }
}

function parseExpressionText(text: string): Expression {
  const statement = parseStatement(text);
  const body = statement.kind === 'query-statement' ? statement.query.body : null;
  const item = body?.kind === 'select' ? body.items[0] : undefined;
  assert(item?.kind === 'select-expression', 'what is kept with a table is the text of an expression');
  return item.expression;
}

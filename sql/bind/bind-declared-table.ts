import { formatType } from '../../spi/index.ts';
import type { FunctionArgument, TableFunction } from '../ast/index.ts';
import { argumentsOf, openCall, refuseVolatile } from './bind-declared.ts';
import { bindError, unsupported } from './bind-error.ts';
import type { BoundRelation, ExpressionContext } from './binder-state.ts';
import { implicitCastCost } from './coercion.ts';
import { type FromItem, nameColumns } from './from-item.ts';
import { functionOfName } from './function-of-name.ts';
import { projectCasts } from './project-casts.ts';
import { replaceColumnsIn } from './replace-columns.ts';
import { ScopeColumns } from './scope-columns.ts';

/** Binds a call of a table function that has a body: the query of the body, with the arguments in it.
 *  @throws SQL_UNKNOWN_FUNCTION, SQL_TYPE_MISMATCH when the query has other columns than the function says */
export function bindDeclaredTable(context: ExpressionContext, node: TableFunction): FromItem {
  const { state } = context;
  const called = functionOfName(state, node.name, 'FROM');
  const { name } = called.definition;
  if (node.withOrdinality) throw unsupported(state, `WITH ORDINALITY after ${name}`, node.span);
  const opened = openCall(
    context,
    called,
    node.arguments.map((each) => valueArgument(context, name, each)),
    node.span,
  );
  refuseVolatile(state, called, opened.arguments, node.span);
  const { tree, columns } = called.body;
  if (columns === null) throw unsupported(state, `${name} in FROM`, node.span);
  const rows = opened.state.rules.query(opened.state, tree, { commonTables: new Map(), outer: opened.scope });
  const fits =
    rows.columns.length === columns.length &&
    columns.every(({ type }, index) => implicitCastCost(rows.columns[index]?.type ?? type, type) !== null);
  if (!fits) {
    const found = rows.columns.map(({ type }) => formatType(type)).join(', ');
    const message = `the rows of ${name} are (${columns.map(({ type }) => formatType(type)).join(', ')}); its query gives (${found})`;
    throw bindError(opened.state, 'SQL_TYPE_MISMATCH', message, tree.span);
  }
  const cast: BoundRelation = projectCasts(
    state,
    rows,
    columns.map(({ type }) => type),
  );
  const named = cast.columns.map((column, index) => ({ ...column, name: columns[index]?.name ?? column.name }));
  const alias = name.slice(name.indexOf('.') + 1);
  return {
    plan: replaceColumnsIn(cast.plan, argumentsOf(opened)),
    columns: ScopeColumns.of(nameColumns(state, named, { table: alias, schema: null }, node.alias)),
    seesLeft: true,
  };
}

function valueArgument(
  { state }: ExpressionContext,
  name: string,
  { name: label, value, span }: TableFunction['arguments'][number],
): FunctionArgument {
  if (value.kind === 'table-argument' || value.kind === 'query-argument' || value.kind === 'descriptor') {
    throw unsupported(state, `an argument of this form for ${name}`, span);
  }
  return { kind: 'function-argument', name: label, value, span };
}

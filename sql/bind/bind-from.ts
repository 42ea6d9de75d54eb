import { type DataType, type Expression as PlanExpression, formatType, nearestName, type PlanNode } from '../../spi/index.ts';
import type { DerivedTable, Query, Span, TableFunction, TableReference } from '../ast/index.ts';
import { tableFunctionBySpelling } from '../functions/index.ts';
import { bindError, didYouMean, unsupported } from './bind-error.ts';
import { bindDeclaredTable } from './bind-declared-table.ts';
import { bindJoin } from './bind-join.ts';
import { callNamed } from './bind-operator.ts';
import { bindPivot } from './bind-pivot.ts';
import { bindNamedTable } from './bind-relation.ts';
import { bindSample } from './bind-sample.ts';
import { bindUnpivot } from './bind-unpivot.ts';
import { bindWindowTable, windowKindOf } from './bind-window-table.ts';
import { bindWithin, type BinderState, type Environment, type ExpressionContext } from './binder-state.ts';
import { type FromItem, nameColumns, readsColumns, refuseSameTables } from './from-item.ts';
import { sameName } from './relation-name.ts';
import { resolveOverload } from './resolve-overload.ts';
import { type ScopeColumn, ScopeColumns } from './scope-columns.ts';

const RELATIONS_MAX = 256;

/** Binds a FROM clause; commas are cross joins. Without one there is a single row of no columns. */
export function bindFrom(state: BinderState, references: readonly TableReference[], environment: Environment): FromItem {
  refuseTooMany(state, references);
  let left: FromItem | null = null;
  for (const reference of references) {
    const right = bindTableReference(state, reference, environment, left?.columns ?? ScopeColumns.NONE);
    left = left === null ? right : crossJoin(state, left, right, reference.span);
  }
  return left ?? { plan: { kind: 'values', columns: [], rows: [[]] }, columns: ScopeColumns.NONE, seesLeft: false };
}

/** Each join is a level of the plan, and engines search among the orders of joins. */
function refuseTooMany(state: BinderState, references: readonly TableReference[]): void {
  const pending = [...references];
  let relations = 0;
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node.kind === 'join') pending.push(node.left, node.right);
    else if (node.kind === 'pivot' || node.kind === 'unpivot') pending.push(node.input);
    else relations += 1;
    if (relations > RELATIONS_MAX) {
      throw bindError(state, 'SQL_TOO_DEEP', `FROM has more than ${String(RELATIONS_MAX)} relations`, node.span);
    }
  }
}

function crossJoin(state: BinderState, left: FromItem, right: FromItem, span: Span): FromItem {
  refuseSameTables(state, left.columns, right.columns, span);
  const lateral = right.seesLeft && readsColumns(right.plan, left.columns);
  const plan: PlanNode = { kind: 'join', joinType: 'cross', left: left.plan, right: right.plan, condition: null, lateral };
  return { plan, columns: left.columns.with(right.columns), seesLeft: left.seesLeft || right.seesLeft };
}

function bindTableReference(state: BinderState, node: TableReference, environment: Environment, left: ScopeColumns): FromItem {
  switch (node.kind) {
    case 'named-table':
      return bindSample(state, bindNamedTable(state, node, environment), node.sample, environment);
    case 'derived-table':
      return bindDerived(state, node, environment, left);
    case 'table-function':
      return bindSample(state, bindTableFunction(state, node, environment, left), node.sample, environment);
    case 'pivot':
      return bindPivot(state, node, bindTableReference(state, node.input, environment, left), environment);
    case 'unpivot':
      return bindUnpivot(state, node, bindTableReference(state, node.input, environment, left));
    case 'join':
      return bindJoin(state, node, environment, left, bindTableReference);
  }
}

function besides(environment: Environment, left: ScopeColumns): Environment {
  return { commonTables: environment.commonTables, outer: { columns: left, aliases: null, outer: environment.outer } };
}

function bindDerived(state: BinderState, node: DerivedTable, environment: Environment, left: ScopeColumns): FromItem {
  const relation = state.rules.query(state, node.query, node.lateral ? besides(environment, left) : environment);
  const columns = nameColumns(state, relation.columns, { table: null, schema: null }, node.alias);
  const named = node.alias === null ? withInnerTables(node.query, columns) : columns;
  return bindSample(state, { plan: relation.plan, columns: ScopeColumns.of(named), seesLeft: node.lateral }, node.sample, environment);
}

/** Notes which relation each column was selected from as `relation.column`. */
function withInnerTables({ body }: Query, columns: readonly ScopeColumn[]): readonly ScopeColumn[] {
  const items = body.kind === 'select' ? body.items : [];
  const tables = new Map<string, string>();
  for (const item of items) {
    if (item.kind !== 'select-expression' || item.alias !== null || item.expression.kind !== 'column-reference') continue;
    const [table, name] = item.expression.parts;
    if (table !== undefined && name !== undefined && item.expression.parts.length === 2) tables.set(name.name.toLowerCase(), table.name);
  }
  return columns.map((column) => {
    const innerTable = tables.get(column.name.toLowerCase());
    return innerTable === undefined ? column : { ...column, innerTable };
  });
}

function bindTableFunction(state: BinderState, node: TableFunction, environment: Environment, left: ScopeColumns): FromItem {
  const windowKind = windowKindOf(node);
  if (windowKind !== null) return bindWindowTable(state, windowKind, node, node.lateral ? besides(environment, left) : environment);
  const scope = besides(environment, left).outer;
  const context: ExpressionContext = {
    state,
    scope: scope ?? { columns: left, aliases: null, outer: null },
    environment,
    calls: null,
    place: 'FROM',
  };
  if (node.name.parts.length > 1) return bindDeclaredTable(context, node);
  const name = node.name.parts.at(-1)?.name ?? '';
  const values = node.arguments.map(({ value, name: argumentName, span }) => {
    const isExpression = value.kind !== 'table-argument' && value.kind !== 'query-argument' && value.kind !== 'descriptor';
    if (!isExpression || argumentName !== null) throw unsupported(state, `an argument of this form for ${name}`, span);
    return value;
  });
  const bound = values.map((value) => bindWithin(context, value));
  if (sameName(name, 'unnest')) return bindUnnest(state, node, bound);
  const definition = tableFunctionBySpelling(name);
  if (definition === null) {
    const hint = didYouMean(nearestName(name, ['unnest', 'generate_series', 'range', 'tumble', 'hop', 'cumulate', 'session']));
    throw bindError(state, 'SQL_UNKNOWN_FUNCTION', `no table function of the name ${name}`, node.name.span, { hint });
  }
  if (node.withOrdinality) return bindNumberedSeries(context, node, definition.name, bound);
  const resolved = resolveOverload(
    state,
    definition,
    bound,
    values.map((value) => value.span),
    node.span,
  );
  const column = state.columns.create({ name: node.alias?.name.name ?? definition.name, type: resolved.type, nullable: false });
  const plan: PlanNode = { kind: 'table_function', function: definition.name, arguments: resolved.arguments, columns: [column] };
  return {
    plan,
    columns: ScopeColumns.of(nameColumns(state, [column], { table: definition.name, schema: null }, node.alias)),
    seesLeft: true,
  };
}

/** A series with numbers beside it is the list of its values, unnested. */
function bindNumberedSeries(context: ExpressionContext, node: TableFunction, name: string, bound: readonly PlanExpression[]): FromItem {
  const spans = node.arguments.map((argument) => argument.span);
  const list = callNamed(context, name === 'range' ? 'list_range' : 'list_series', bound, spans, node.span);
  return bindUnnest(context.state, node, [list]);
}

function bindUnnest(state: BinderState, node: TableFunction, bound: readonly PlanExpression[]): FromItem {
  const single = bound.length === 1 && bound[0]?.type.kind === 'list';
  const columns = bound.flatMap((argument) =>
    elementTypes(state, argument.type, node.span).map(({ name, type }) =>
      state.columns.create({ name: single ? (node.alias?.name.name ?? name) : name, type, nullable: true }),
    ),
  );
  const ordinality = node.withOrdinality
    ? state.columns.create({ name: 'ordinality', type: { kind: 'bigint' } satisfies DataType, nullable: false })
    : null;
  const all = ordinality === null ? columns : [...columns, ordinality];
  const plan: PlanNode = { kind: 'unnest', arguments: bound, columns, ordinality };
  return { plan, columns: ScopeColumns.of(nameColumns(state, all, { table: 'unnest', schema: null }, node.alias)), seesLeft: true };
}

function elementTypes(state: BinderState, type: DataType, span: Span): readonly { readonly name: string; readonly type: DataType }[] {
  if (type.kind === 'list') return [{ name: 'unnest', type: type.element }];
  if (type.kind === 'map') {
    return [
      { name: 'key', type: type.key },
      { name: 'value', type: type.value },
    ];
  }
  throw bindError(state, 'SQL_TYPE_MISMATCH', `UNNEST takes lists and maps, not ${formatType(type)}`, span);
}

import type { AggregateColumn, Expression as PlanExpression, PlanNode, ProjectColumn, SortKey, WindowColumn } from '../../spi/index.ts';
import { mapWindowCall, outputColumns, readsColumns } from '../../spi/index.ts';
import type { OrderBy, Select, SortItem, Span } from '../ast/index.ts';
import { sortKey } from './bind-aggregate.ts';
import { bindError } from './bind-error.ts';
import { bindFrom } from './bind-from.ts';
import { bindGrouping, type Grouping, groupRewriter, resolveGroupings } from './bind-grouping.ts';
import { bindCondition } from './bind-operator.ts';
import { bindKey, KeyColumns, type KeyTarget, orderItems } from './bind-order.ts';
import { unnestSelected } from './bind-select-unnest.ts';
import {
  type BinderState,
  type BoundRelation,
  type CallCollector,
  type Environment,
  type ExpressionContext,
  inPlace,
  inScope,
  withoutWindows,
} from './binder-state.ts';
import { mayBeNull } from './expression-nullability.ts';
import { bindGroupWindow } from './group-window.ts';
import { splitConditions } from './late-condition.ts';
import { bindItems, type SelectedItem, selectAliases } from './select-items.ts';
import { columnExpression } from './scope.ts';
import type { ScopeColumns } from './scope-columns.ts';

/** A query's body, with the keys by which its rows are to be ordered. */
export interface BoundBody extends BoundRelation {
  readonly sortKeys: readonly SortKey[];
}

/** The expressions of a SELECT, bound over the columns of FROM. */
interface Parts {
  readonly items: readonly SelectedItem[];
  readonly having: PlanExpression | null;
  readonly qualify: PlanExpression | null;
  readonly sort: readonly (readonly [SortItem, KeyTarget])[];
  readonly distinctOn: readonly (readonly [Span, KeyTarget])[];
}

type Rewrite = (expression: PlanExpression, span: Span) => PlanExpression;

/** Binds SELECT, with the ORDER BY that follows it: the order of evaluation is FROM, WHERE, GROUP BY, HAVING, windows, QUALIFY, SELECT, DISTINCT. */
export function bindSelect(state: BinderState, written: Select, environment: Environment, orderBy: OrderBy | null): BoundBody {
  const { node, input, plain } = bindInput(state, written, environment);
  const calls: CallCollector = {
    aggregates: new Map(),
    windows: new Map(),
    groupings: new Map(),
    unnests: new Map(),
    allowWindows: true,
    namedWindows: node.windows,
  };
  const context = inPlace(plain, 'SELECT', calls);
  const items = bindItems(context, node);
  const grouping = bindGrouping(inPlace(plain, 'GROUP BY', null), node.groupBy, node, items, (item) => readsCalls(item.expression, calls));
  const parts = bindRest(context, calls, node, items, orderBy);
  const isAggregated = node.groupBy !== null || node.having !== null || calls.aggregates.size > 0 || calls.groupings.size > 0;
  if (!isAggregated)
    return project(
      state,
      node,
      unnestSelected(
        windows(input, calls, parts.qualify, (call) => call),
        calls.unnests,
        (expression) => expression,
      ),
      parts,
      (expression) => expression,
    );
  const rewrite = groupRewriter(state, grouping.groups, inputIds(input, plain.scope.columns));
  const aggregates = [...calls.aggregates.values(), ...resolveGroupings(state, calls.groupings.values(), grouping.groups, node.span)];
  const aggregated = aggregate(input, grouping, aggregates);
  const filtered = parts.having === null ? aggregated : filter(aggregated, rewrite(parts.having, node.having?.span ?? node.span));
  const qualify = parts.qualify === null ? null : rewrite(parts.qualify, node.qualify?.span ?? node.span);
  const rewriteWindow = (column: WindowColumn): WindowColumn => ({
    name: column.name,
    type: column.type,
    nullable: column.nullable,
    call: rewriteCall(column, rewrite, node.span),
    id: column.id,
  });
  const windowed = windows(filtered, calls, qualify, rewriteWindow);
  return project(state, node, unnestSelected(windowed, calls.unnests, rewrite), parts, rewrite);
}

/** Binds FROM and WHERE, and puts the rows into the windows by which the SELECT groups. */
function bindInput(
  state: BinderState,
  written: Select,
  environment: Environment,
): { readonly node: Select; readonly input: PlanNode; readonly plain: ExpressionContext } {
  const from = bindFrom(state, written.from, environment);
  const aliases = selectAliases(written);
  const conditions = splitConditions(written, from.columns, aliases, state.source);
  const scope = { columns: from.columns, aliases, outer: environment.outer };
  const early: ExpressionContext = { state, scope, environment, calls: null, place: 'WHERE' };
  const filtered = conditions.where === null ? from.plan : filter(from.plan, bindCondition(early, conditions.where));
  const { plan, columns, window, groupBy } = bindGroupWindow(inPlace(early, 'GROUP BY', null), written, filtered, from.columns);
  const plain = window === null ? early : inScope(early, { ...scope, columns, groupWindow: window });
  const isSame = conditions.where === written.where && conditions.qualify === written.qualify && groupBy === written.groupBy;
  return { node: isSame ? written : { ...written, ...conditions, groupBy }, input: plan, plain };
}

function bindRest(
  context: ExpressionContext,
  calls: CallCollector,
  node: Select,
  items: readonly SelectedItem[],
  orderBy: OrderBy | null,
): Parts {
  const outputs = items.map((item) => ({ name: item.isNamed ? item.name : null, expression: item.expression }));
  const ordered = inPlace(context, 'ORDER BY', calls);
  return {
    items,
    having: node.having === null ? null : bindCondition(inPlace(context, 'HAVING', withoutWindows(calls)), node.having),
    qualify: node.qualify === null ? null : bindCondition(inPlace(context, 'QUALIFY', calls), node.qualify),
    sort: orderBy === null ? [] : orderItems(orderBy, items.length).map((item) => [item, bindKey(ordered, item.expression, outputs)]),
    distinctOn: (node.distinct?.on ?? []).map((expression) => [
      expression.span,
      bindKey(inPlace(context, 'DISTINCT ON', calls), expression, outputs),
    ]),
  };
}

const filter = (input: PlanNode, predicate: PlanExpression): PlanNode => ({ kind: 'filter', input, predicate });

function aggregate(input: PlanNode, { groups, groupingSets }: Grouping, aggregates: readonly AggregateColumn[]): PlanNode {
  return { kind: 'aggregate', input, groups, groupingSets, aggregates };
}

function windows(
  input: PlanNode,
  calls: CallCollector,
  qualify: PlanExpression | null,
  rewrite: (column: WindowColumn) => WindowColumn,
): PlanNode {
  const columns = [...calls.windows.values()].map(rewrite);
  const windowed: PlanNode = columns.length === 0 ? input : { kind: 'window', input, windows: columns };
  return qualify === null ? windowed : filter(windowed, qualify);
}

function rewriteCall(column: WindowColumn, rewrite: Rewrite, span: Span): WindowColumn['call'] {
  const rule = (expression: PlanExpression): PlanExpression => rewrite(expression, span);
  return mapWindowCall(column.call, rule);
}

function inputIds(input: PlanNode, columns: ScopeColumns): readonly boolean[] {
  const ids = columns.madeIds();
  addOutputIds(input, ids);
  return ids;
}

/** Adds the ids of what `outputColumns` returns; it makes no lists on the way through joins. */
function addOutputIds(node: PlanNode, ids: boolean[]): void {
  if (node.kind === 'filter') addOutputIds(node.input, ids);
  else if (node.kind === 'join') {
    addOutputIds(node.left, ids);
    if (node.joinType !== 'semi' && node.joinType !== 'anti') addOutputIds(node.right, ids);
  } else for (const { id } of outputColumns(node)) ids[id] = true;
}

function readsCalls(expression: PlanExpression, calls: CallCollector): boolean {
  const taken = [...calls.aggregates.values(), ...calls.windows.values(), ...calls.groupings.values()];
  const ids = new Set([...taken, ...[...calls.unnests.values()].map(({ column }) => column)].map((column) => column.id));
  return readsColumns(expression, ids);
}

function project(state: BinderState, node: Select, input: PlanNode, parts: Parts, rewrite: Rewrite): BoundBody {
  const nullable = (expression: PlanExpression): boolean => mayBeNull(state.columns, expression);
  const visible = parts.items.map(({ name, expression, span }): ProjectColumn => {
    const rewritten = rewrite(expression, span);
    return state.columns.create({ name, type: rewritten.type, nullable: nullable(rewritten), expression: rewritten });
  });
  const keys = new KeyColumns(state, visible, nullable);
  const reference = (target: KeyTarget, span: Span): PlanExpression => {
    const output = target.kind === 'output' ? visible[target.index] : undefined;
    if (output !== undefined) return columnExpression(output);
    return target.kind === 'input' ? keys.reference(rewrite(target.expression, span)) : columnExpression({ id: 0, type: { kind: 'null' } });
  };
  const on = parts.distinctOn.map(([span, target]) => reference(target, span));
  const sortKeys = parts.sort.map(([item, target]) => sortKey(reference(target, item.span), item));
  if (node.distinct !== null && on.length === 0 && keys.hasHidden) {
    const message = 'with SELECT DISTINCT, ORDER BY may only name expressions of the SELECT list';
    throw bindError(state, 'SQL_GROUPING', message, parts.sort[0]?.[0].span ?? node.span);
  }
  const projected: PlanNode = { kind: 'project', input, columns: keys.columns };
  const plan: PlanNode =
    node.distinct === null
      ? projected
      : { kind: 'distinct', input: projected, on: on.length === 0 ? null : on, orderBy: on.length === 0 ? [] : sortKeys };
  return { plan, columns: visible, sortKeys };
}

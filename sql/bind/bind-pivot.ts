import { type Expression as PlanExpression, type PlanNode, type ProjectColumn, walkExpression } from '../../spi/index.ts';
import type { Expression, Pivot, PivotValue } from '../ast/index.ts';
import { functionBySpelling } from '../functions/index.ts';
import { bindError, unsupported } from './bind-error.ts';
import { groupRewriter } from './bind-grouping.ts';
import { type BinderState, bindWithin, type CallCollector, type Environment, type ExpressionContext } from './binder-state.ts';
import { settled } from './coercion.ts';
import { chargeCopies } from './expression-budget.ts';
import { mayBeNull } from './expression-nullability.ts';
import { type FromItem, nameColumns } from './from-item.ts';
import { columnExpression } from './scope.ts';
import { ScopeColumns } from './scope-columns.ts';

const COLUMNS_MAX = 1024;

/** A column that a PIVOT makes: an aggregate over the rows that have one combination of values. */
interface Turned {
  readonly name: string;
  readonly expression: Expression;
}

/** Binds PIVOT to an aggregation in which each aggregate function filters the rows of one combination of values.
 *  @throws SQL_UNSUPPORTED when the values are not listed */
export function bindPivot(state: BinderState, node: Pivot, from: FromItem, environment: Environment): FromItem {
  const scope = { columns: from.columns, aliases: null, outer: environment.outer };
  const plain: ExpressionContext = { state, scope, environment, calls: null, place: 'PIVOT' };
  const turned = turnedColumns(plain, node);
  const calls: CallCollector = {
    aggregates: new Map(),
    windows: new Map(),
    groupings: new Map(),
    unnests: new Map(),
    allowWindows: false,
    namedWindows: [],
  };
  const bound = turned.map(({ expression }) => bindWithin({ ...plain, calls }, expression));
  const groups = (node.groupBy === null ? otherColumns(from, calls) : boundGroups(plain, node.groupBy)).map(({ name, expression }) =>
    state.columns.create({ name, type: expression.type, nullable: mayBeNull(state.columns, expression), expression }),
  );
  const aggregates = [...calls.aggregates.values()];
  const aggregated: PlanNode = { kind: 'aggregate', input: from.plan, groups, groupingSets: null, aggregates };
  const rewrite = groupRewriter(state, groups, from.columns.madeIds());
  const columns = [
    ...groups.map((group) => ({ name: group.name, expression: columnExpression(group) })),
    ...bound.map((expression, index) => ({ name: turned[index]?.name ?? '', expression: rewrite(expression, node.span) })),
  ].map(
    ({ name, expression }): ProjectColumn =>
      state.columns.create({ name, type: expression.type, nullable: mayBeNull(state.columns, expression), expression }),
  );
  const plan: PlanNode = { kind: 'project', input: aggregated, columns };
  return {
    plan,
    columns: ScopeColumns.of(nameColumns(state, columns, { table: null, schema: null }, node.alias)),
    seesLeft: from.seesLeft,
  };
}

function turnedColumns(context: ExpressionContext, node: Pivot): readonly Turned[] {
  let combinations: readonly (readonly (readonly [Expression, PivotValue])[])[] = [[]];
  for (const { expression, values, span } of node.columns) {
    if (values === null) {
      throw unsupported(context.state, 'PIVOT without a list of values', span, 'List the values: ON year IN (2020, 2021).');
    }
    combinations = combinations.flatMap((chosen) => values.map((value) => [...chosen, [expression, value] as const]));
    if (combinations.length * node.aggregates.length > COLUMNS_MAX) {
      throw bindError(context.state, 'SQL_TOO_DEEP', `PIVOT makes more than ${String(COLUMNS_MAX)} columns`, span);
    }
  }
  const named = node.aggregates.length > 1;
  chargeCopies(context.state, node.aggregates, combinations.length, node.span);
  return combinations.flatMap((chosen) =>
    node.aggregates.map(({ expression, alias }) => {
      const written = context.state.source.text.slice(expression.span.start, expression.span.end);
      const suffix = alias === null ? (named ? [written] : []) : [alias.name];
      const name = [...chosen.map(([, value]) => valueName(context, value)), ...suffix].join('_');
      const condition = conditionOf(chosen);
      const filtered = withFilter(expression, condition);
      if (filtered === expression) {
        throw bindError(context.state, 'SQL_GROUPING', 'PIVOT computes aggregate functions, such as sum(x)', expression.span);
      }
      return { name, expression: filtered };
    }),
  );
}

function valueName(context: ExpressionContext, { value, alias }: PivotValue): string {
  if (alias !== null) return alias.name;
  return value.kind === 'string-literal' ? value.value : context.state.source.text.slice(value.span.start, value.span.end);
}

function conditionOf(chosen: readonly (readonly [Expression, PivotValue])[]): Expression {
  const parts = chosen.map(([left, { value, span }]): Expression => ({ kind: 'is-distinct', left, right: value, negated: true, span }));
  const [first] = parts;
  if (first !== undefined && parts.length === 1) return first;
  return { kind: 'logical', operator: 'and', operands: parts, span: first?.span ?? { start: 0, end: 0 } };
}

/** Puts a filter to every aggregate function of an expression; without one the expression itself is returned. */
function withFilter(expression: Expression, condition: Expression): Expression {
  return filteredNode(expression, condition) as Expression;
}

function filteredNode(node: unknown, condition: Expression): unknown {
  if (Array.isArray(node)) {
    const entries = (node as readonly unknown[]).map((entry) => filteredNode(entry, condition));
    return entries.some((entry, index) => entry !== node[index]) ? entries : node;
  }
  if (typeof node !== 'object' || node === null) return node;
  if (isAggregate(node)) return { ...node, filter: node.filter === null ? condition : bothOf(node.filter, condition) };
  const entries = Object.entries(node).map(([key, value]) => [key, filteredNode(value, condition)] as const);
  return entries.some(([key, value]) => value !== (node as Record<string, unknown>)[key]) ? Object.fromEntries(entries) : node;
}

type Call = Extract<Expression, { kind: 'function-call' }>;

function isAggregate(node: object): node is Call {
  if (!('kind' in node) || node.kind !== 'function-call') return false;
  const { name, over } = node as Call;
  return over === null && functionBySpelling(name.parts.at(-1)?.name ?? '')?.kind === 'aggregate';
}

const bothOf = (left: Expression, right: Expression): Expression => ({
  kind: 'logical',
  operator: 'and',
  operands: [left, right],
  span: left.span,
});

interface Group {
  readonly name: string;
  readonly expression: PlanExpression;
}

/** Without GROUP BY the groups are all columns that no aggregate and no condition reads. */
function otherColumns(from: FromItem, calls: CallCollector): readonly Group[] {
  const read = new Set<number>();
  const note = (expression: PlanExpression): void => {
    walkExpression(expression, {
      expression: (part) => {
        if (part.kind === 'column') read.add(part.id);
      },
    });
  };
  for (const { call } of calls.aggregates.values()) {
    for (const expression of call.arguments) note(expression);
    for (const key of call.orderBy) note(key.expression);
    if (call.filter !== null) note(call.filter);
  }
  return from.columns
    .all()
    .filter((column) => !column.qualifiedOnly && !read.has(column.id))
    .map((column) => ({ name: column.name, expression: columnExpression(column) }));
}

function boundGroups(context: ExpressionContext, groupBy: readonly Expression[]): readonly Group[] {
  return groupBy.map((expression) => ({
    name: expression.kind === 'column-reference' ? (expression.parts.at(-1)?.name ?? 'group') : 'group',
    expression: settled(context.state, bindWithin(context, expression)),
  }));
}

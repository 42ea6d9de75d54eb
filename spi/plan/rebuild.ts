import type { AggregateCall, Expression, FrameBound, WindowCall } from './expression.ts';
import type { PlanNode, SortKey } from './plan-node.ts';
import { expressionOperands } from './traverse.ts';

type ExpressionMap = (expression: Expression) => Expression;

/** Returns a node whose direct inputs are replaced, those of its common table expressions included. */
export function mapInputs(node: PlanNode, map: (input: PlanNode) => PlanNode): PlanNode {
  switch (node.kind) {
    case 'scan':
    case 'values':
    case 'table_function':
    case 'unnest':
    case 'cte_scan':
      return node;
    case 'join':
    case 'set_operation':
      return { ...node, left: map(node.left), right: map(node.right) };
    case 'with':
      return {
        ...node,
        ctes: node.ctes.map((cte) => ({
          ...cte,
          plan: map(cte.plan),
          recursive: cte.recursive === null ? null : { ...cte.recursive, plan: map(cte.recursive.plan) },
        })),
        body: map(node.body),
      };
    default:
      return { ...node, input: map(node.input) };
  }
}

/** Returns a node whose own expressions are replaced; its inputs stay. */
export function mapNodeExpressions<Node extends PlanNode>(node: Node, map: ExpressionMap): Node {
  return mapped(node, map) as Node;
}

function mapped(node: PlanNode, map: ExpressionMap): PlanNode {
  switch (node.kind) {
    case 'scan':
      return node.filter === null ? node : { ...node, filter: map(node.filter) };
    case 'values':
      return { ...node, rows: node.rows.map((row) => row.map(map)) };
    case 'table_function':
    case 'unnest':
      return { ...node, arguments: node.arguments.map(map) };
    case 'project':
      return { ...node, columns: node.columns.map((column) => ({ ...column, expression: map(column.expression) })) };
    case 'filter':
      return { ...node, predicate: map(node.predicate) };
    case 'join':
      return { ...node, condition: node.condition === null ? null : map(node.condition) };
    case 'aggregate':
      return {
        ...node,
        groups: node.groups.map((group) => ({ ...group, expression: map(group.expression) })),
        aggregates: node.aggregates.map((column) => ({ ...column, call: mapAggregateCall(column.call, map) })),
      };
    case 'window':
      return { ...node, windows: node.windows.map((column) => ({ ...column, call: mapWindowCall(column.call, map) })) };
    case 'sort':
      return { ...node, keys: mapKeys(node.keys, map) };
    case 'limit':
      return { ...node, limit: node.limit === null ? null : map(node.limit), offset: node.offset === null ? null : map(node.offset) };
    case 'distinct':
      return { ...node, on: node.on?.map(map) ?? null, orderBy: mapKeys(node.orderBy, map) };
    case 'set_operation':
    case 'with':
    case 'cte_scan':
      return node;
  }
}

/** Returns an expression whose direct operands are replaced; plans of subqueries stay. */
export function mapOperands(expression: Expression, map: ExpressionMap): Expression {
  switch (expression.kind) {
    case 'column':
    case 'literal':
    case 'parameter':
    case 'scalar_subquery':
    case 'exists':
      return expression;
    case 'call':
    case 'in_subquery':
      return { ...expression, arguments: expression.arguments.map(map) };
    case 'cast':
    case 'field':
    case 'quantified':
      return { ...expression, argument: map(expression.argument) };
    case 'case':
      return {
        ...expression,
        branches: expression.branches.map((branch) => ({ when: map(branch.when), then: map(branch.then) })),
        otherwise: expression.otherwise === null ? null : map(expression.otherwise),
      };
    case 'in':
      return { ...expression, argument: map(expression.argument), items: expression.items.map(map) };
    case 'struct':
      return { ...expression, values: expression.values.map(map) };
    case 'lambda':
      return { ...expression, body: map(expression.body) };
  }
}

/** Returns whether an expression holds a subquery. */
export function hasSubquery(expression: Expression): boolean {
  return 'plan' in expression || expressionOperands(expression).some(hasSubquery);
}

/** Returns an expression with the plans of its subqueries replaced, however deep in its operands; one without subqueries is returned itself. */
export function mapSubqueries(expression: Expression, map: (plan: PlanNode) => PlanNode): Expression {
  if (!hasSubquery(expression)) return expression;
  const inside = mapOperands(expression, (operand) => mapSubqueries(operand, map));
  return 'plan' in inside ? { ...inside, plan: map(inside.plan) } : inside;
}

/** Returns a node with its inputs and the plans of its subqueries replaced. */
export function mapPlans(node: PlanNode, map: (plan: PlanNode) => PlanNode): PlanNode {
  return mapNodeExpressions(mapInputs(node, map), (expression) => mapSubqueries(expression, map));
}

/** Returns a window call whose expressions are replaced. */
export function mapWindowCall(call: WindowCall, map: ExpressionMap): WindowCall {
  const bound = (end: FrameBound): FrameBound => ('offset' in end ? { ...end, offset: map(end.offset) } : end);
  const frame = call.frame === null ? null : { ...call.frame, start: bound(call.frame.start), end: bound(call.frame.end) };
  return { ...mapAggregateCall(call, map), partitionBy: call.partitionBy.map(map), windowOrderBy: mapKeys(call.windowOrderBy, map), frame };
}

function mapAggregateCall<Call extends AggregateCall>(call: Call, map: ExpressionMap): Call {
  return {
    ...call,
    arguments: call.arguments.map(map),
    filter: call.filter === null ? null : map(call.filter),
    orderBy: mapKeys(call.orderBy, map),
  };
}

function mapKeys(keys: readonly SortKey[], map: ExpressionMap): readonly SortKey[] {
  return keys.map((key) => ({ ...key, expression: map(key.expression) }));
}

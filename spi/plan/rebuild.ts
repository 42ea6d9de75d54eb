import type { AggregateCall, Expression, FrameBound, WindowCall } from './expression.ts';
import type { PlanNode } from './plan-node.ts';
import { expressionOperands } from './traverse.ts';

type ExpressionMap = (expression: Expression) => Expression;

/** Returns a part with some of its properties replaced; the part itself when they are what they were, so that a rule that changes
 *  nothing copies nothing, and who asks whether anything changed compares two references. */
function rebuilt<Part extends object>(part: Part, changes: { readonly [Key in keyof Part]?: Part[Key] }): Part {
  for (const key in changes) if (changes[key] !== part[key]) return { ...part, ...changes };
  return part;
}

function mapList<Item>(items: readonly Item[], map: (item: Item) => Item): readonly Item[] {
  const mapped = items.map((item) => map(item));
  return mapped.every((item, index) => item === items[index]) ? items : mapped;
}

function mapOptional<Item>(item: Item | null, map: (item: Item) => Item): Item | null {
  return item === null ? null : map(item);
}

/** Returns a node whose direct inputs are replaced, those of its common table expressions included; the node itself when all stay. */
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
      return rebuilt(node, { left: map(node.left), right: map(node.right) });
    case 'with':
      return rebuilt(node, {
        ctes: mapList(node.ctes, (cte) =>
          rebuilt(cte, {
            plan: map(cte.plan),
            recursive: mapOptional(cte.recursive, (recursive) => rebuilt(recursive, { plan: map(recursive.plan) })),
          }),
        ),
        body: map(node.body),
      });
    default:
      return rebuilt(node, { input: map(node.input) });
  }
}

/** Returns a node whose own expressions are replaced; its inputs stay. The node itself when all stay. */
export function mapNodeExpressions<Node extends PlanNode>(node: Node, map: ExpressionMap): Node {
  return mapped(node, map) as Node;
}

function mapped(node: PlanNode, map: ExpressionMap): PlanNode {
  switch (node.kind) {
    case 'scan':
      return rebuilt(node, { filter: mapOptional(node.filter, map) });
    case 'values':
      return rebuilt(node, { rows: mapList(node.rows, (row) => mapList(row, map)) });
    case 'table_function':
    case 'unnest':
      return rebuilt(node, { arguments: mapList(node.arguments, map) });
    case 'project':
      return rebuilt(node, { columns: mapEntries(node.columns, map) });
    case 'filter':
      return rebuilt(node, { predicate: map(node.predicate) });
    case 'join':
      return rebuilt(node, { condition: mapOptional(node.condition, map) });
    case 'aggregate':
      return rebuilt(node, {
        groups: mapEntries(node.groups, map),
        aggregates: mapList(node.aggregates, (column) => rebuilt(column, { call: mapAggregateCall(column.call, map) })),
      });
    case 'window':
      return rebuilt(node, { windows: mapList(node.windows, (column) => rebuilt(column, { call: mapWindowCall(column.call, map) })) });
    case 'sort':
      return rebuilt(node, { keys: mapEntries(node.keys, map) });
    case 'limit':
      return rebuilt(node, { limit: mapOptional(node.limit, map), offset: mapOptional(node.offset, map) });
    case 'distinct':
      return rebuilt(node, { on: mapOptional(node.on, (keys) => mapList(keys, map)), orderBy: mapEntries(node.orderBy, map) });
    case 'set_operation':
    case 'with':
    case 'cte_scan':
      return node;
  }
}

/** Returns an expression whose direct operands are replaced; plans of subqueries stay. The expression itself when all stay. */
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
      return rebuilt(expression, { arguments: mapList(expression.arguments, map) });
    case 'cast':
    case 'field':
    case 'quantified':
      return rebuilt(expression, { argument: map(expression.argument) });
    case 'case':
      return rebuilt(expression, {
        branches: mapList(expression.branches, (branch) => rebuilt(branch, { when: map(branch.when), then: map(branch.then) })),
        otherwise: mapOptional(expression.otherwise, map),
      });
    case 'in':
      return rebuilt(expression, { argument: map(expression.argument), items: mapList(expression.items, map) });
    case 'struct':
      return rebuilt(expression, { values: mapList(expression.values, map) });
    case 'lambda':
      return rebuilt(expression, { body: map(expression.body) });
  }
}

/** Returns whether an expression holds a subquery. */
export function hasSubquery(expression: Expression): boolean {
  return 'plan' in expression || expressionOperands(expression).some(hasSubquery);
}

/** Returns an expression with the plans of its subqueries replaced, however deep in its operands; one without subqueries is returned itself. */
export function mapSubqueries(expression: Expression, map: (plan: PlanNode) => PlanNode): Expression {
  const inside = mapOperands(expression, (operand) => mapSubqueries(operand, map));
  return 'plan' in inside ? rebuilt(inside, { plan: map(inside.plan) }) : inside;
}

/** Returns a node with its inputs and the plans of its subqueries replaced. */
export function mapPlans(node: PlanNode, map: (plan: PlanNode) => PlanNode): PlanNode {
  return mapNodeExpressions(mapInputs(node, map), (expression) => mapSubqueries(expression, map));
}

/** Returns a window call whose expressions are replaced. */
export function mapWindowCall(call: WindowCall, map: ExpressionMap): WindowCall {
  const bound = (end: FrameBound): FrameBound => ('offset' in end ? rebuilt(end, { offset: map(end.offset) }) : end);
  const frame = mapOptional(call.frame, (written) => rebuilt(written, { start: bound(written.start), end: bound(written.end) }));
  const aggregate = mapAggregateCall(call, map);
  return rebuilt(aggregate, { partitionBy: mapList(call.partitionBy, map), windowOrderBy: mapEntries(call.windowOrderBy, map), frame });
}

function mapAggregateCall<Call extends AggregateCall>(call: Call, map: ExpressionMap): Call {
  const changes: Partial<AggregateCall> = {
    arguments: mapList(call.arguments, map),
    filter: mapOptional(call.filter, map),
    orderBy: mapEntries(call.orderBy, map),
  };
  return rebuilt(call, changes as Partial<Call>);
}

function mapEntries<Entry extends { readonly expression: Expression }>(entries: readonly Entry[], map: ExpressionMap): readonly Entry[] {
  return mapList(entries, (entry) => {
    const expression = map(entry.expression);
    return expression === entry.expression ? entry : { ...entry, expression };
  });
}

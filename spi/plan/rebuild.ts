import type { AggregateCall, Expression, FrameBound, WindowCall, WindowFrame } from './expression.ts';
import type { CommonTable, JoinNode, PlanNode, ProjectColumn, ScanColumn, ScanNode, SetOperationNode, SortKey } from './plan-node.ts';
import { expressionOperands } from './traverse.ts';

type ExpressionMap = (expression: Expression) => Expression;

// Every statement goes through these several times: a part that stays is handed back itself, and is not copied to find that out. What is most of a plan
// is written out: the copy that a spread makes has a hidden class of its own, which makes everything that reads it slow.

/** Returns a list with its items replaced; the list itself when all stay. */
function mapList<Item>(items: readonly Item[], map: (item: Item) => Item): readonly Item[] {
  for (let index = 0; index < items.length; index++) {
    const item = items[index] as Item;
    const changed = map(item);
    if (changed === item) continue;
    const copy = items.slice();
    copy[index] = changed;
    for (let next = index + 1; next < copy.length; next++) copy[next] = map(copy[next] as Item);
    return copy;
  }
  return items;
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
    case 'join': {
      const left = map(node.left);
      const right = map(node.right);
      return left === node.left && right === node.right ? node : joinWith(node, left, right, node.condition);
    }
    case 'set_operation': {
      const left = map(node.left);
      const right = map(node.right);
      return left === node.left && right === node.right ? node : setOperationWith(node, left, right);
    }
    case 'with': {
      const ctes = mapList(node.ctes, (cte) => mapCommonTable(cte, map));
      const body = map(node.body);
      return ctes === node.ctes && body === node.body ? node : { kind: 'with', ctes, body };
    }
    default: {
      const input = map(node.input);
      return input === node.input ? node : withInput(node, input);
    }
  }
}

/** Returns a node of one input over another one. */
export function withInput(node: Extract<PlanNode, { readonly input: PlanNode }>, input: PlanNode): PlanNode {
  switch (node.kind) {
    case 'project':
      return { kind: 'project', input, columns: node.columns };
    case 'filter':
      return { kind: 'filter', input, predicate: node.predicate };
    case 'aggregate':
      return { kind: 'aggregate', input, groups: node.groups, groupingSets: node.groupingSets, aggregates: node.aggregates };
    case 'window':
      return { kind: 'window', input, windows: node.windows };
    case 'sort':
      return { kind: 'sort', input, keys: node.keys };
    case 'limit':
      return { kind: 'limit', input, limit: node.limit, offset: node.offset };
    case 'distinct':
      return { kind: 'distinct', input, on: node.on, orderBy: node.orderBy };
  }
}

/** Returns a join with other inputs and another condition. */
export function joinWith({ joinType, lateral }: JoinNode, left: PlanNode, right: PlanNode, condition: Expression | null): JoinNode {
  return { kind: 'join', joinType, left, right, condition, lateral };
}

function setOperationWith(node: SetOperationNode, left: PlanNode, right: PlanNode): SetOperationNode {
  const { operation, all, leftIds, rightIds, columns } = node;
  return { kind: 'set_operation', operation, all, left, right, leftIds, rightIds, columns };
}

/** Returns a scan with other columns and another filter. */
export function scanWith(node: ScanNode, columns: readonly ScanColumn[], filter: Expression | null): ScanNode {
  if (node.files !== undefined || node.deletes !== undefined) return { ...node, columns, filter };
  return { kind: 'scan', table: node.table, snapshotId: node.snapshotId, schemaId: node.schemaId, columns, filter };
}

function mapCommonTable(table: CommonTable, map: (input: PlanNode) => PlanNode): CommonTable {
  const plan = map(table.plan);
  if (table.recursive === null) return plan === table.plan ? table : commonTableWith(table, plan, null);
  const step = map(table.recursive.plan);
  const { planIds, unionAll } = table.recursive;
  const recursive = step === table.recursive.plan ? table.recursive : { plan: step, planIds, unionAll };
  return plan === table.plan && recursive === table.recursive ? table : commonTableWith(table, plan, recursive);
}

function commonTableWith(
  { cteId, name, columns, planIds, materialized }: CommonTable,
  plan: PlanNode,
  recursive: CommonTable['recursive'],
): CommonTable {
  return { cteId, name, columns, plan, planIds, recursive, materialized };
}

/** Returns a node whose own expressions are replaced; its inputs stay. The node itself when all stay. */
export function mapNodeExpressions<Node extends PlanNode>(node: Node, map: ExpressionMap): Node {
  return mapped(node, map) as Node;
}

function mapped(node: PlanNode, map: ExpressionMap): PlanNode {
  switch (node.kind) {
    case 'scan': {
      const filter = node.filter === null ? null : map(node.filter);
      return filter === node.filter ? node : scanWith(node, node.columns, filter);
    }
    case 'values': {
      const rows = mapList(node.rows, (row) => mapList(row, map));
      return rows === node.rows ? node : { ...node, rows };
    }
    case 'table_function':
    case 'unnest': {
      const mappedArguments = mapList(node.arguments, map);
      return mappedArguments === node.arguments ? node : { ...node, arguments: mappedArguments };
    }
    case 'project': {
      const columns = mapColumns(node.columns, map);
      return columns === node.columns ? node : { kind: 'project', input: node.input, columns };
    }
    case 'filter': {
      const predicate = map(node.predicate);
      return predicate === node.predicate ? node : { kind: 'filter', input: node.input, predicate };
    }
    case 'join': {
      const condition = node.condition === null ? null : map(node.condition);
      return condition === node.condition ? node : joinWith(node, node.left, node.right, condition);
    }
    case 'set_operation':
    case 'with':
    case 'cte_scan':
      return node;
    default:
      return mappedRest(node, map);
  }
}

function mappedRest(
  node: Extract<PlanNode, { kind: 'aggregate' | 'window' | 'sort' | 'limit' | 'distinct' }>,
  map: ExpressionMap,
): PlanNode {
  switch (node.kind) {
    case 'aggregate': {
      const groups = mapColumns(node.groups, map);
      const aggregates = mapList(node.aggregates, (column) => {
        const call = mapAggregateCall(column.call, map);
        return call === column.call ? column : { name: column.name, type: column.type, nullable: column.nullable, call, id: column.id };
      });
      return groups === node.groups && aggregates === node.aggregates
        ? node
        : { kind: 'aggregate', input: node.input, groups, groupingSets: node.groupingSets, aggregates };
    }
    case 'window': {
      const windows = mapList(node.windows, (column) => {
        const call = mapWindowCall(column.call, map);
        return call === column.call ? column : { name: column.name, type: column.type, nullable: column.nullable, call, id: column.id };
      });
      return windows === node.windows ? node : { ...node, windows };
    }
    case 'sort': {
      const keys = mapKeys(node.keys, map);
      return keys === node.keys ? node : { kind: 'sort', input: node.input, keys };
    }
    case 'limit': {
      const limit = node.limit === null ? null : map(node.limit);
      const offset = node.offset === null ? null : map(node.offset);
      return limit === node.limit && offset === node.offset ? node : { ...node, limit, offset };
    }
    case 'distinct': {
      const on = node.on === null ? null : mapList(node.on, map);
      const orderBy = mapKeys(node.orderBy, map);
      return on === node.on && orderBy === node.orderBy ? node : { ...node, on, orderBy };
    }
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
    case 'call': {
      const mappedArguments = mapList(expression.arguments, map);
      if (mappedArguments === expression.arguments) return expression;
      return { kind: 'call', function: expression.function, arguments: mappedArguments, type: expression.type };
    }
    case 'in_subquery': {
      const mappedArguments = mapList(expression.arguments, map);
      return mappedArguments === expression.arguments ? expression : { ...expression, arguments: mappedArguments };
    }
    case 'cast': {
      const argument = map(expression.argument);
      return argument === expression.argument ? expression : { kind: 'cast', argument, safe: expression.safe, type: expression.type };
    }
    case 'field':
    case 'quantified': {
      const argument = map(expression.argument);
      return argument === expression.argument ? expression : { ...expression, argument };
    }
    case 'case': {
      const branches = mapList(expression.branches, (branch) => {
        const when = map(branch.when);
        const then = map(branch.then);
        return when === branch.when && then === branch.then ? branch : { when, then };
      });
      const otherwise = expression.otherwise === null ? null : map(expression.otherwise);
      if (branches === expression.branches && otherwise === expression.otherwise) return expression;
      return { kind: 'case', branches, otherwise, type: expression.type };
    }
    case 'in': {
      const argument = map(expression.argument);
      const items = mapList(expression.items, map);
      if (argument === expression.argument && items === expression.items) return expression;
      return { kind: 'in', argument, items, type: expression.type };
    }
    case 'struct': {
      const values = mapList(expression.values, map);
      return values === expression.values ? expression : { ...expression, values };
    }
    case 'lambda': {
      const body = map(expression.body);
      return body === expression.body ? expression : { ...expression, body };
    }
  }
}

/** Returns whether an expression holds a subquery. */
export function hasSubquery(expression: Expression): boolean {
  switch (expression.kind) {
    case 'column':
    case 'literal':
    case 'parameter':
      return false;
    case 'scalar_subquery':
    case 'exists':
    case 'in_subquery':
    case 'quantified':
      return true;
    case 'call':
      return expression.arguments.some(hasSubquery);
    default:
      return expressionOperands(expression).some(hasSubquery);
  }
}

/** Returns an expression with the plans of its subqueries replaced, however deep in its operands; one without subqueries is returned itself. */
export function mapSubqueries(expression: Expression, map: (plan: PlanNode) => PlanNode): Expression {
  return hasSubquery(expression) ? mapPlansWithin(expression, map) : expression;
}

function mapPlansWithin(expression: Expression, map: (plan: PlanNode) => PlanNode): Expression {
  const inside = mapOperands(expression, (operand) => mapPlansWithin(operand, map));
  if (!('plan' in inside)) return inside;
  const plan = map(inside.plan);
  return plan === inside.plan ? inside : withPlan(inside, plan);
}

/** Returns a subquery of another plan. */
export function withPlan(expression: Extract<Expression, { readonly plan: PlanNode }>, plan: PlanNode): Expression {
  const { type } = expression;
  switch (expression.kind) {
    case 'scalar_subquery':
      return { kind: 'scalar_subquery', plan, columnId: expression.columnId, type };
    case 'exists':
      return { kind: 'exists', plan, type };
    case 'in_subquery':
      return { kind: 'in_subquery', arguments: expression.arguments, plan, columnIds: expression.columnIds, type };
    case 'quantified': {
      const { operator, quantifier, argument, columnId } = expression;
      return { kind: 'quantified', operator, quantifier, argument, plan, columnId, type };
    }
  }
}

/** Returns a node with its inputs and the plans of its subqueries replaced. */
export function mapPlans(node: PlanNode, map: (plan: PlanNode) => PlanNode): PlanNode {
  return mapNodeExpressions(mapInputs(node, map), (expression) => mapSubqueries(expression, map));
}

/** Returns a window call whose expressions are replaced. */
export function mapWindowCall(call: WindowCall, map: ExpressionMap): WindowCall {
  const aggregate = mapAggregateCall(call, map);
  const partitionBy = mapList(call.partitionBy, map);
  const windowOrderBy = mapKeys(call.windowOrderBy, map);
  const frame = call.frame === null ? null : mapFrame(call.frame, map);
  const isSame = partitionBy === call.partitionBy && windowOrderBy === call.windowOrderBy && frame === call.frame;
  return isSame ? aggregate : { ...aggregate, partitionBy, windowOrderBy, frame };
}

function mapFrame(frame: WindowFrame, map: ExpressionMap): WindowFrame {
  const start = mapBound(frame.start, map);
  const end = mapBound(frame.end, map);
  return start === frame.start && end === frame.end ? frame : { ...frame, start, end };
}

function mapBound(bound: FrameBound, map: ExpressionMap): FrameBound {
  if (!('offset' in bound)) return bound;
  const offset = map(bound.offset);
  return offset === bound.offset ? bound : { ...bound, offset };
}

function mapAggregateCall<Call extends AggregateCall>(call: Call, map: ExpressionMap): Call {
  const mappedArguments = mapList(call.arguments, map);
  const filter = call.filter === null ? null : map(call.filter);
  const orderBy = mapKeys(call.orderBy, map);
  const isSame = mappedArguments === call.arguments && filter === call.filter && orderBy === call.orderBy;
  return isSame ? call : { ...call, arguments: mappedArguments, filter, orderBy };
}

function mapColumns(columns: readonly ProjectColumn[], map: ExpressionMap): readonly ProjectColumn[] {
  return mapList(columns, (column) => {
    const expression = map(column.expression);
    if (expression === column.expression) return column;
    return { name: column.name, type: column.type, nullable: column.nullable, expression, id: column.id };
  });
}

function mapKeys(keys: readonly SortKey[], map: ExpressionMap): readonly SortKey[] {
  return mapList(keys, (key) => {
    const expression = map(key.expression);
    return expression === key.expression ? key : { expression, descending: key.descending, nullsFirst: key.nullsFirst };
  });
}

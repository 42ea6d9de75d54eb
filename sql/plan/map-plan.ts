import type {
  AggregateCall,
  AggregateColumn,
  Expression,
  FrameBound,
  PlanNode,
  ProjectColumn,
  SortKey,
  WindowCall,
  WindowColumn,
} from '../../spi/index.ts';

/** Rewrites an expression from the top: where the rule gives a replacement it stands, elsewhere the operands are rewritten.
 *  Plans of subqueries are rewritten too. Parts that do not change are shared. */
export type ExpressionRule = (expression: Expression) => Expression | null;

/** Returns an expression rewritten by a rule. */
export function mapExpression(expression: Expression, rule: ExpressionRule): Expression {
  const replacement = rule(expression);
  if (replacement !== null) return replacement;
  const map = (operand: Expression): Expression => mapExpression(operand, rule);
  switch (expression.kind) {
    case 'column':
    case 'literal':
    case 'parameter':
      return expression;
    case 'call':
      return { ...expression, arguments: expression.arguments.map(map) };
    case 'cast':
    case 'field':
      return { ...expression, argument: map(expression.argument) };
    case 'case':
      return {
        ...expression,
        branches: expression.branches.map(({ when, then }) => ({ when: map(when), then: map(then) })),
        otherwise: expression.otherwise === null ? null : map(expression.otherwise),
      };
    case 'in':
      return { ...expression, argument: map(expression.argument), items: expression.items.map(map) };
    case 'struct':
      return { ...expression, values: expression.values.map(map) };
    case 'scalar_subquery':
    case 'exists':
      return { ...expression, plan: mapPlanExpressions(expression.plan, rule) };
    case 'in_subquery':
      return { ...expression, arguments: expression.arguments.map(map), plan: mapPlanExpressions(expression.plan, rule) };
    case 'quantified':
      return { ...expression, argument: map(expression.argument), plan: mapPlanExpressions(expression.plan, rule) };
  }
}

/** Returns a plan whose expressions are rewritten by a rule: those of all its nodes, or with `deep` false only those of the node itself. */
export function mapPlanExpressions(node: PlanNode, rule: ExpressionRule, deep = true): PlanNode {
  const map = (expression: Expression): Expression => mapExpression(expression, rule);
  const mapNode = (input: PlanNode): PlanNode => (deep ? mapPlanExpressions(input, rule) : input);
  switch (node.kind) {
    case 'scan':
      return node.filter === null ? node : { ...node, filter: map(node.filter) };
    case 'values':
      return { ...node, rows: node.rows.map((row) => row.map(map)) };
    case 'table_function':
    case 'unnest':
      return { ...node, arguments: node.arguments.map(map) };
    case 'project':
      return { ...node, input: mapNode(node.input), columns: node.columns.map((column) => mapProjected(column, map)) };
    case 'filter':
      return { ...node, input: mapNode(node.input), predicate: map(node.predicate) };
    case 'join':
      return {
        ...node,
        left: mapNode(node.left),
        right: mapNode(node.right),
        condition: node.condition === null ? null : map(node.condition),
      };
    case 'aggregate':
      return {
        ...node,
        input: mapNode(node.input),
        groups: node.groups.map((column) => mapProjected(column, map)),
        aggregates: node.aggregates.map((column): AggregateColumn => ({ ...column, call: mapAggregateCall(column.call, rule) })),
      };
    case 'window':
      return {
        ...node,
        input: mapNode(node.input),
        windows: node.windows.map((column): WindowColumn => ({ ...column, call: mapWindowCall(column.call, rule) })),
      };
    case 'sort':
      return { ...node, input: mapNode(node.input), keys: mapKeys(node.keys, rule) };
    case 'limit':
      return { ...node, input: mapNode(node.input) };
    case 'distinct':
      return { ...node, input: mapNode(node.input), on: node.on?.map(map) ?? null, orderBy: mapKeys(node.orderBy, rule) };
    case 'set_operation':
      return { ...node, left: mapNode(node.left), right: mapNode(node.right) };
    case 'with':
      return {
        ...node,
        ctes: node.ctes.map((cte) => ({
          ...cte,
          plan: mapNode(cte.plan),
          recursive: cte.recursive === null ? null : { ...cte.recursive, plan: mapNode(cte.recursive.plan) },
        })),
        body: mapNode(node.body),
      };
    case 'cte_scan':
      return node;
  }
}

/** Returns an aggregate call whose expressions are rewritten by a rule. */
export function mapAggregateCall(call: AggregateCall, rule: ExpressionRule): AggregateCall {
  return {
    ...call,
    arguments: call.arguments.map((argument) => mapExpression(argument, rule)),
    filter: call.filter === null ? null : mapExpression(call.filter, rule),
    orderBy: mapKeys(call.orderBy, rule),
  };
}

/** Returns a window call whose expressions are rewritten by a rule. */
export function mapWindowCall(call: WindowCall, rule: ExpressionRule): WindowCall {
  const bound = (end: FrameBound): FrameBound => ('offset' in end ? { ...end, offset: mapExpression(end.offset, rule) } : end);
  return {
    ...call,
    ...mapAggregateCall(call, rule),
    partitionBy: call.partitionBy.map((expression) => mapExpression(expression, rule)),
    windowOrderBy: mapKeys(call.windowOrderBy, rule),
    frame: call.frame === null ? null : { ...call.frame, start: bound(call.frame.start), end: bound(call.frame.end) },
  };
}

function mapKeys(keys: readonly SortKey[], rule: ExpressionRule): readonly SortKey[] {
  return keys.map((key) => ({ ...key, expression: mapExpression(key.expression, rule) }));
}

function mapProjected(column: ProjectColumn, map: (expression: Expression) => Expression): ProjectColumn {
  return { ...column, expression: map(column.expression) };
}

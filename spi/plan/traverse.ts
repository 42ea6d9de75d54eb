import type { AggregateCall, Expression, WindowCall } from './expression.ts';
import type { PlanNode, ScanNode } from './plan-node.ts';

/** Returns the direct relational inputs of a node (not the plans of subqueries in its expressions). */
export function planInputs(node: PlanNode): readonly PlanNode[] {
  switch (node.kind) {
    case 'scan':
    case 'values':
    case 'table_function':
    case 'unnest':
    case 'cte_scan':
      return [];
    case 'join':
    case 'set_operation':
      return [node.left, node.right];
    case 'with': {
      const inputs: PlanNode[] = [];
      for (const { plan, recursive } of node.ctes) {
        inputs.push(plan);
        if (recursive !== null) inputs.push(recursive.plan);
      }
      inputs.push(node.body);
      return inputs;
    }
    default:
      return [node.input];
  }
}

/** Returns the expressions that a node itself holds, in a fixed order. */
export function planExpressions(node: PlanNode): readonly Expression[] {
  switch (node.kind) {
    case 'scan':
      return node.filter === null ? [] : [node.filter];
    case 'values':
      return node.rows.flat();
    case 'table_function':
    case 'unnest':
      return node.arguments;
    case 'project':
      return node.columns.map((column) => column.expression);
    case 'filter':
      return [node.predicate];
    case 'join':
      return node.condition === null ? [] : [node.condition];
    case 'aggregate':
      return [...node.groups.map((group) => group.expression), ...node.aggregates.flatMap((column) => aggregateExpressions(column.call))];
    case 'window':
      return node.windows.flatMap((column) => windowExpressions(column.call));
    case 'sort':
      return node.keys.map((key) => key.expression);
    case 'limit':
      return [node.limit, node.offset].filter((expression) => expression !== null);
    case 'distinct':
      return [...(node.on ?? []), ...node.orderBy.map((key) => key.expression)];
    case 'set_operation':
    case 'with':
    case 'cte_scan':
      return [];
  }
}

/** Returns the direct operands of an expression. */
export function expressionOperands(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'column':
    case 'literal':
    case 'parameter':
    case 'scalar_subquery':
    case 'exists':
      return [];
    case 'call':
    case 'in_subquery':
      return expression.arguments;
    case 'cast':
    case 'field':
    case 'quantified':
      return [expression.argument];
    case 'case': {
      const operands: Expression[] = [];
      for (const { when, then } of expression.branches) operands.push(when, then);
      if (expression.otherwise !== null) operands.push(expression.otherwise);
      return operands;
    }
    case 'in':
      return [expression.argument, ...expression.items];
    case 'struct':
      return expression.values;
    case 'lambda':
      return [expression.body];
  }
}

/** What a walk calls for each node and expression, parents before children. */
export interface PlanVisitor {
  node?(node: PlanNode): void;
  expression?(expression: Expression): void;
}

/** Visits every node and expression of a plan, the plans of subqueries included. */
export function walkPlan(root: PlanNode, visitor: PlanVisitor): void {
  visitor.node?.(root);
  // A filter and a join are most of what there is: they need no list of one.
  if (root.kind === 'filter') walkExpression(root.predicate, visitor);
  else if (root.kind === 'join') {
    if (root.condition !== null) walkExpression(root.condition, visitor);
  } else for (const expression of planExpressions(root)) walkExpression(expression, visitor);
  for (const input of planInputs(root)) walkPlan(input, visitor);
}

/** Returns the scans of a plan, those of its subqueries included, in the order in which a walk meets them. */
export function scansOf(root: PlanNode): readonly ScanNode[] {
  const scans: ScanNode[] = [];
  walkPlan(root, {
    node: (node) => {
      if (node.kind === 'scan') scans.push(node);
    },
  });
  return scans;
}

/** Returns the parts of a condition that must all be true, however deep in ANDs; none for no condition. */
export function conjuncts(condition: Expression | null): readonly Expression[] {
  if (condition === null) return [];
  if (condition.kind !== 'call' || condition.function !== 'and') return [condition];
  const parts: Expression[] = [];
  addConjuncts(condition.arguments, parts);
  return parts;
}

function addConjuncts(operands: readonly Expression[], parts: Expression[]): void {
  for (const operand of operands) {
    if (operand.kind === 'call' && operand.function === 'and') addConjuncts(operand.arguments, parts);
    else parts.push(operand);
  }
}

/** Visits an expression, its operands and the plans of its subqueries. */
export function walkExpression(expression: Expression, visitor: PlanVisitor): void {
  visitor.expression?.(expression);
  const { kind } = expression;
  if (kind === 'column' || kind === 'literal') return;
  for (const operand of expressionOperands(expression)) walkExpression(operand, visitor);
  if ('plan' in expression) walkPlan(expression.plan, visitor);
}

/** Returns whether an expression, or a subquery in it, reads one of the columns. */
export function readsColumns(expression: Expression, ids: ReadonlySet<number>): boolean {
  let reads = false;
  walkExpression(expression, {
    expression: (part) => {
      if (part.kind === 'column' && ids.has(part.id)) reads = true;
    },
  });
  return reads;
}

function aggregateExpressions(call: AggregateCall): readonly Expression[] {
  return [...call.arguments, ...(call.filter === null ? [] : [call.filter]), ...call.orderBy.map((key) => key.expression)];
}

function windowExpressions(call: WindowCall): readonly Expression[] {
  const bounds = call.frame === null ? [] : [call.frame.start, call.frame.end];
  return [
    ...aggregateExpressions(call),
    ...call.partitionBy,
    ...call.windowOrderBy.map((key) => key.expression),
    ...bounds.flatMap((bound) => ('offset' in bound ? [bound.offset] : [])),
  ];
}

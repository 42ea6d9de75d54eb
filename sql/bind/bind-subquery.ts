import {
  type DataType,
  type Expression as PlanExpression,
  formatType,
  type PlanColumn,
  type PlanNode,
  type SortKey,
} from '../../spi/index.ts';
import {
  type Exists,
  type Expression,
  type Identifier,
  type InSubquery,
  type ListSubquery,
  plainCall,
  type QuantifiedList,
  type QuantifiedSubquery,
  type Query,
  type ScalarSubquery,
  type Span,
} from '../ast/index.ts';
import { COMPARISON_FUNCTIONS, negateWhen } from './bind-comparison.ts';
import { bindError } from './bind-error.ts';
import { type BoundRelation, bindWithin, type ExpressionContext } from './binder-state.ts';
import { coerce, commonTypeOf } from './coercion.ts';
import { projectCasts } from './project-casts.ts';
import { columnExpression } from './scope.ts';

const BOOLEAN: DataType = { kind: 'boolean' };

function bindInner(context: ExpressionContext, query: Query): BoundRelation {
  const environment = { commonTables: context.environment.commonTables, outer: context.scope };
  return context.state.rules.query(context.state, query, environment);
}

function onlyColumn(context: ExpressionContext, relation: BoundRelation, span: Span): PlanColumn {
  const [column, ...more] = relation.columns;
  if (column !== undefined && more.length === 0) return column;
  throw bindError(context.state, 'SQL_TYPE_MISMATCH', `the subquery must have one column, not ${String(relation.columns.length)}`, span);
}

/** Binds `(query)` as a value. */
export function bindScalarSubquery(context: ExpressionContext, node: ScalarSubquery): PlanExpression {
  const relation = bindInner(context, node.query);
  const column = onlyColumn(context, relation, node.span);
  return { kind: 'scalar_subquery', plan: relation.plan, columnId: column.id, type: column.type };
}

/** Binds `EXISTS (query)`. */
export function bindExists(context: ExpressionContext, node: Exists): PlanExpression {
  return { kind: 'exists', plan: bindInner(context, node.query).plan, type: BOOLEAN };
}

/** Binds `x [NOT] IN (query)`, where x may be a row. */
export function bindInSubquery(context: ExpressionContext, node: InSubquery): PlanExpression {
  const operands: readonly Expression[] = node.operand.kind === 'row' ? node.operand.elements : [node.operand];
  const bound = operands.map((operand) => bindWithin(context, operand));
  const relation = bindInner(context, node.query);
  if (relation.columns.length !== operands.length) {
    const message = `IN compares ${String(operands.length)} value(s) with a subquery of ${String(relation.columns.length)} column(s)`;
    throw bindError(context.state, 'SQL_TYPE_MISMATCH', message, node.span);
  }
  const { sides, inner } = meet(
    context,
    bound,
    operands.map((operand) => operand.span),
    relation,
    node.span,
  );
  const columnIds = inner.columns.map((column) => column.id);
  return negateWhen(node.negated, { kind: 'in_subquery', arguments: sides, plan: inner.plan, columnIds, type: BOOLEAN });
}

/** Binds `x operator ANY|ALL (query)`. */
export function bindQuantified(context: ExpressionContext, node: QuantifiedSubquery): PlanExpression {
  const isMember = node.operator === '=' && node.quantifier === 'any';
  const isNoMember = node.operator === '<>' && node.quantifier === 'all';
  if (node.left.kind === 'row' && (isMember || isNoMember)) {
    return bindInSubquery(context, { kind: 'in-subquery', operand: node.left, query: node.query, negated: isNoMember, span: node.span });
  }
  const bound = bindWithin(context, node.left);
  const relation = bindInner(context, node.query);
  onlyColumn(context, relation, node.span);
  const { sides, inner } = meet(context, [bound], [node.left.span], relation, node.span);
  const operator = COMPARISON_FUNCTIONS[node.operator];
  const columnId = onlyColumn(context, inner, node.span).id;
  return {
    kind: 'quantified',
    operator,
    quantifier: node.quantifier,
    argument: sides[0] ?? bound,
    plan: inner.plan,
    columnId,
    type: BOOLEAN,
  };
}

/** Brings both sides of a comparison with a subquery to common types, column by column. */
function meet(
  context: ExpressionContext,
  bound: readonly PlanExpression[],
  spans: readonly Span[],
  relation: BoundRelation,
  span: Span,
): { readonly sides: readonly PlanExpression[]; readonly inner: BoundRelation } {
  const { state } = context;
  const types = bound.map((expression, index): DataType => {
    const column = relation.columns[index];
    const inner: PlanExpression = { kind: 'column', id: column?.id ?? 0, type: column?.type ?? expression.type };
    const type = commonTypeOf(state, [expression, inner]);
    if (type !== null) return type;
    const message = `${formatType(expression.type)} is compared with ${formatType(inner.type)}`;
    throw bindError(state, 'SQL_TYPE_MISMATCH', message, spans[index] ?? span, { hint: 'Write a CAST.' });
  });
  const sides = bound.map((expression, index) => coerce(state, expression, types[index] ?? expression.type, spans[index] ?? span));
  return { sides, inner: projectCasts(state, relation, types) };
}

/** Binds `x operator ANY|ALL (list)`: the same test for each element, by the three-valued rule. */
export function bindQuantifiedList(context: ExpressionContext, node: QuantifiedList): PlanExpression {
  const { span } = node;
  // A space makes a name that no text can write.
  const element: Identifier = { kind: 'identifier', name: ' element', quoted: true, span };
  const right: Expression = { kind: 'column-reference', parts: [element], span };
  const body: Expression = { kind: 'binary', operator: node.operator, left: node.left, right, span };
  const lambda: Expression = { kind: 'lambda', parameters: [element], body, span };
  return bindWithin(context, plainCall(`${node.quantifier}_match`, [node.list, lambda], { span }));
}

/** Binds `ARRAY(query)`: the list of the subquery's values, in its order; empty without rows. */
export function bindListSubquery(context: ExpressionContext, node: ListSubquery): PlanExpression {
  const { state } = context;
  const relation = bindInner(context, node.query);
  const value = onlyColumn(context, relation, node.span);
  const type: DataType = { kind: 'list', element: value.type, elementNullable: true };
  const call = {
    function: 'array_agg',
    arguments: [columnExpression(value)],
    distinct: false,
    filter: null,
    orderBy: orderOf(relation.plan),
    type,
  };
  const column = state.columns.create({ name: 'array', type, nullable: true, call });
  const plan: PlanNode = { kind: 'aggregate', input: relation.plan, groups: [], groupingSets: null, aggregates: [column] };
  const list: PlanExpression = { kind: 'scalar_subquery', plan, columnId: column.id, type };
  const empty: PlanExpression = {
    kind: 'cast',
    argument: {
      kind: 'call',
      function: 'list_value',
      arguments: [],
      type: { kind: 'list', element: { kind: 'null' }, elementNullable: true },
    },
    safe: false,
    type,
  };
  return { kind: 'call', function: 'coalesce', arguments: [list, empty], type };
}

/** The keys by which the rows of a plan are ordered. */
function orderOf(plan: PlanNode): readonly SortKey[] {
  if (plan.kind === 'sort') return plan.keys;
  if (plan.kind === 'limit') return orderOf(plan.input);
  return plan.kind === 'with' ? orderOf(plan.body) : [];
}

import {
  type Expression as PlanExpression,
  type JoinType as PlanJoinType,
  nearestName,
  type PlanNode,
  type ProjectColumn,
} from '../../spi/index.ts';
import type { Identifier, Join, Span, TableReference } from '../ast/index.ts';
import { predicate, unify } from './bind-comparison.ts';
import { bindError, didYouMean, unsupported } from './bind-error.ts';
import { booleanLiteral } from './bind-literal.ts';
import { bindCondition } from './bind-operator.ts';
import type { BinderState, Environment } from './binder-state.ts';
import { commonTypeOf } from './coercion.ts';
import { mayBeNull } from './expression-nullability.ts';
import { type FromItem, readsColumns, refuseSameTables } from './from-item.ts';
import { sameName } from './relation-name.ts';
import { columnExpression } from './scope.ts';
import { type ScopeColumn, ScopeColumns } from './scope-columns.ts';
import { bindTemporalCondition, checkTemporalKeys, temporalTableOf, withoutMoment } from './temporal-join.ts';

type BindTableReference = (state: BinderState, node: TableReference, environment: Environment, left: ScopeColumns) => FromItem;

const INEQUALITIES: ReadonlySet<string> = new Set(['lt', 'le', 'gt', 'ge']);

/** Binds a join. USING and NATURAL merge columns: the merged one comes first and hides both, which stay readable by their tables' names.
 *  `leftmost` are the columns of FROM operands before the join. */
export function bindJoin(
  state: BinderState,
  node: Join,
  environment: Environment,
  leftmost: ScopeColumns,
  bindOperand: BindTableReference,
): FromItem {
  const left = bindOperand(state, node.left, environment, leftmost);
  const temporal = temporalTableOf(node);
  const right = bindOperand(state, withoutMoment(node.right, temporal), environment, leftmost.with(left.columns));
  refuseSameTables(state, left.columns, right.columns, node.right.span);
  const shared = sharedColumns(state, node, left, right);
  const moment = temporal === null ? null : bindTemporalCondition(state, node, temporal, { left, right }, environment);
  const joinType = typeOf(state, moment === null ? node : { ...node, asof: true });
  const matching = bindJoinCondition(state, node, environment, left, right, shared);
  if (moment !== null) checkTemporalKeys(state, node, matching, moment.keys);
  const condition = moment === null ? matching : bothConditions(matching, moment.condition);
  if (node.asof) checkAsOf(state, condition, node.span);
  const lateral = right.seesLeft && readsColumns(right.plan, left.columns);
  if (lateral && (joinType === 'right' || joinType === 'full')) {
    throw unsupported(state, `a ${joinType} join with a lateral right side`, node.span);
  }
  const plan: PlanNode =
    joinType === 'cross' || (condition === null && joinType === 'inner')
      ? { kind: 'join', joinType: 'cross', left: left.plan, right: right.plan, condition: null, lateral }
      : { kind: 'join', joinType, left: left.plan, right: right.plan, condition: condition ?? booleanLiteral(true), lateral };
  const seesLeft = left.seesLeft || right.seesLeft;
  markOptional(state, joinType, left, right);
  if (joinType === 'semi' || joinType === 'anti') return { plan, columns: left.columns, seesLeft };
  if (shared.length === 0) return { plan, columns: left.columns.with(right.columns), seesLeft };
  return joinType === 'full'
    ? mergeByCoalesce(state, plan, left, right, shared, seesLeft)
    : { plan, columns: ScopeColumns.of(mergedColumns(joinType, left, right, shared)), seesLeft };
}

interface SharedColumn {
  readonly name: string;
  readonly left: ScopeColumn;
  readonly right: ScopeColumn;
}

function typeOf(state: BinderState, node: Join): PlanJoinType {
  if (!node.asof) return node.type;
  if (node.type === 'inner' || node.type === 'cross') return 'asof_inner';
  if (node.type === 'left') return 'asof_left';
  throw unsupported(state, `ASOF with a ${node.type} join`, node.span);
}

function sharedColumns(state: BinderState, node: Join, left: FromItem, right: FromItem): readonly SharedColumn[] {
  if (node.condition === null || node.condition.kind === 'join-on') return [];
  const visible = (item: FromItem): readonly ScopeColumn[] => item.columns.all().filter((column) => !column.qualifiedOnly);
  const names: readonly Identifier[] =
    node.condition.kind === 'join-using'
      ? node.condition.columns
      : visible(left)
          .filter((column) => visible(right).some((other) => sameName(other.name, column.name)))
          .map((column) => ({ kind: 'identifier', name: column.name, quoted: true, span: node.span }));
  return names.map((name) => ({
    name: name.name,
    left: onlyOne(state, visible(left), name, 'left'),
    right: onlyOne(state, visible(right), name, 'right'),
  }));
}

function onlyOne(state: BinderState, columns: readonly ScopeColumn[], name: Identifier, side: string): ScopeColumn {
  const [column, ...more] = columns.filter((candidate) => sameName(candidate.name, name.name));
  if (column === undefined) {
    const hint = didYouMean(
      nearestName(
        name.name,
        columns.map((candidate) => candidate.name),
      ),
    );
    throw bindError(state, 'SQL_UNKNOWN_COLUMN', `the ${side} side of the join has no column ${name.name}`, name.span, { hint });
  }
  if (more.length === 0) return column;
  throw bindError(state, 'SQL_AMBIGUOUS_COLUMN', `the ${side} side of the join has more than one column ${name.name}`, name.span);
}

function bindJoinCondition(
  state: BinderState,
  node: Join,
  environment: Environment,
  left: FromItem,
  right: FromItem,
  shared: readonly SharedColumn[],
): PlanExpression | null {
  if (node.condition === null) return null;
  if (node.condition.kind === 'join-on') {
    const scope = { columns: left.columns.with(right.columns), aliases: null, outer: environment.outer };
    return bindCondition({ state, scope, environment, calls: null, place: 'ON' }, node.condition.expression);
  }
  const { span } = node.condition;
  const matches = shared.map((column, index) => {
    const operands = unify(
      state,
      [columnExpression(column.left), columnExpression(column.right)],
      [span, span],
      span,
      `USING (${column.name})`,
    );
    const isNearest = node.asof && index === shared.length - 1;
    return predicate(isNearest ? 'ge' : 'eq', ...operands);
  });
  const [first, ...more] = matches;
  if (first === undefined) return null;
  return more.length === 0 ? first : predicate('and', ...matches);
}

function bothConditions(matching: PlanExpression | null, moment: PlanExpression): PlanExpression {
  const parts = matching?.kind === 'call' && matching.function === 'and' ? matching.arguments : matching === null ? [] : [matching];
  return predicate('and', ...parts, moment);
}

function checkAsOf(state: BinderState, condition: PlanExpression | null, span: Span): void {
  const parts = condition?.kind === 'call' && condition.function === 'and' ? condition.arguments : condition === null ? [] : [condition];
  const inequalities = parts.filter((part) => part.kind === 'call' && INEQUALITIES.has(part.function));
  const others = parts.filter((part) => part.kind !== 'call' || (part.function !== 'eq' && !INEQUALITIES.has(part.function)));
  if (inequalities.length === 1 && others.length === 0) return;
  throw bindError(
    state,
    'SQL_TYPE_MISMATCH',
    'the condition of an ASOF join is equalities and exactly one inequality, joined by AND',
    span,
  );
}

function markOptional(state: BinderState, joinType: PlanJoinType, left: FromItem, right: FromItem): void {
  if (joinType === 'right' || joinType === 'full') left.columns.markNullable(state.columns);
  if (joinType === 'left' || joinType === 'full' || joinType === 'asof_left') right.columns.markNullable(state.columns);
}

/** An inner or left join keeps the left column of a pair, a right join the right one. */
function mergedColumns(joinType: PlanJoinType, left: FromItem, right: FromItem, shared: readonly SharedColumn[]): readonly ScopeColumn[] {
  const keptSide = joinType === 'right' ? 'right' : 'left';
  const kept = new Set(shared.map((pair) => pair[keptSide].id));
  const hidden = new Set(shared.map((pair) => pair[keptSide === 'left' ? 'right' : 'left'].id));
  const rest = [...left.columns.all(), ...right.columns.all()].filter((column) => !kept.has(column.id));
  return [
    ...shared.map((pair) => pair[keptSide]),
    ...rest.map((column) => (hidden.has(column.id) ? { ...column, qualifiedOnly: true } : column)),
  ];
}

/** A full join's merged column is the one side or the other: it takes a projection, in which all columns get new ids. */
function mergeByCoalesce(
  state: BinderState,
  plan: PlanNode,
  left: FromItem,
  right: FromItem,
  shared: readonly SharedColumn[],
  seesLeft: boolean,
): FromItem {
  const merged = shared.map((pair): ProjectColumn => {
    const operands = [columnExpression(pair.left), columnExpression(pair.right)];
    const type = commonTypeOf(state, operands) ?? pair.left.type;
    const casts = operands.map(
      (operand): PlanExpression => (operand.type === type ? operand : { kind: 'cast', argument: operand, safe: false, type }),
    );
    const expression: PlanExpression = { kind: 'call', function: 'coalesce', arguments: casts, type };
    return state.columns.create({ name: pair.name, type, nullable: mayBeNull(state.columns, expression), expression });
  });
  const hidden = new Set(shared.flatMap((pair) => [pair.left.id, pair.right.id]));
  const passed = [...left.columns.all(), ...right.columns.all()].map((column) => {
    const expression = columnExpression(column);
    const copy: ProjectColumn = state.columns.create({ name: column.name, type: column.type, nullable: true, expression });
    state.reads.carried.set(copy.id, column.id);
    return { copy, column: { ...column, id: copy.id, qualifiedOnly: column.qualifiedOnly || hidden.has(column.id) } };
  });
  const mergedScope = merged.map(
    ({ name, id, type }, position): ScopeColumn => ({ name, id, type, table: null, schema: null, qualifiedOnly: false, position }),
  );
  const columns = [...merged, ...passed.map(({ copy }) => copy)];
  const named = ScopeColumns.of([...mergedScope, ...passed.map(({ column }) => column)]);
  return { plan: { kind: 'project', input: plan, columns }, columns: named, seesLeft };
}

import { type DataType, formatType, type PlanColumn, type PlanNode, type ProjectColumn } from '../../spi/index.ts';
import type { SetOperation, Span } from '../ast/index.ts';
import { bindError } from './bind-error.ts';
import { literal } from './bind-literal.ts';
import type { BinderState, BoundRelation } from './binder-state.ts';
import { commonType } from './coercion.ts';
import { projectCasts } from './project-casts.ts';
import { sameName } from './relation-name.ts';
import { columnExpression } from './scope.ts';

/** Binds a chain of one set operator from the left; `operand` binds one of its queries. */
export function bindSetOperation(state: BinderState, node: SetOperation, operands: readonly BoundRelation[]): BoundRelation {
  const [first, ...others] = operands;
  if (first === undefined) throw bindError(state, 'SQL_SYNTAX', 'a set operation without operands', node.span);
  return others.reduce((left, right, index) => combine(state, node, left, right, node.operands[index + 1]?.span ?? node.span), first);
}

function combine(state: BinderState, node: SetOperation, left: BoundRelation, right: BoundRelation, span: Span): BoundRelation {
  const [alignedLeft, alignedRight] = node.byName ? alignByName(state, left, right) : [left, right];
  if (alignedLeft.columns.length !== alignedRight.columns.length) {
    const counts = `${String(left.columns.length)} and ${String(right.columns.length)}`;
    throw bindError(state, 'SQL_TYPE_MISMATCH', `the queries of ${node.operator.toUpperCase()} have ${counts} columns`, span);
  }
  const types = alignedLeft.columns.map((column, index) =>
    sharedType(state, node, column, alignedRight.columns[index] ?? column, index, span),
  );
  const castLeft = projectCasts(state, alignedLeft, types);
  const castRight = projectCasts(state, alignedRight, types);
  const columns = alignedLeft.columns.map((column, index): PlanColumn => {
    const nullable = column.nullable || (node.operator === 'union' && (alignedRight.columns[index]?.nullable ?? true));
    return state.columns.create({ name: column.name, type: types[index] ?? column.type, nullable });
  });
  const plan: PlanNode = {
    kind: 'set_operation',
    operation: node.operator,
    all: node.all,
    left: castLeft.plan,
    right: castRight.plan,
    leftIds: castLeft.columns.map((column) => column.id),
    rightIds: castRight.columns.map((column) => column.id),
    columns,
  };
  return { plan, columns };
}

function sharedType(state: BinderState, node: SetOperation, left: PlanColumn, right: PlanColumn, index: number, span: Span): DataType {
  const type = commonType(left.type, right.type);
  if (type !== null) return type;
  const operator = node.operator.toUpperCase();
  const message = `column ${String(index + 1)} (${left.name}) of ${operator} is ${formatType(left.type)} on the left and ${formatType(right.type)} on the right`;
  throw bindError(state, 'SQL_TYPE_MISMATCH', message, span, { hint: 'Write a CAST.' });
}

/** All names of the left, then those that only the right one has; what a side lacks is NULL. */
function alignByName(state: BinderState, left: BoundRelation, right: BoundRelation): readonly [BoundRelation, BoundRelation] {
  const has = (relation: BoundRelation, name: string): boolean => relation.columns.some((column) => sameName(column.name, name));
  const names = [...left.columns, ...right.columns.filter((column) => !has(left, column.name))].map((column) => column.name);
  return [alignTo(state, left, names), alignTo(state, right, names)];
}

function alignTo(state: BinderState, relation: BoundRelation, names: readonly string[]): BoundRelation {
  const columns = names.map((name): ProjectColumn => {
    const column = relation.columns.find((candidate) => sameName(candidate.name, name));
    const expression = column === undefined ? literal({ kind: 'null' }, null) : columnExpression(column);
    return state.columns.create({ name, type: expression.type, nullable: column?.nullable ?? true, expression });
  });
  return { plan: { kind: 'project', input: relation.plan, columns }, columns };
}

import {
  type DataType,
  type Expression as PlanExpression,
  formatType,
  type LiteralExpression,
  PlatformError,
  sameType,
} from '../../spi/index.ts';
import type { Case, Cast, ColumnReference, Span } from '../ast/index.ts';
import { bindComparison, unify } from './bind-comparison.ts';
import { bindError } from './bind-error.ts';
import { literal } from './bind-literal.ts';
import { readField } from './bind-nested.ts';
import { bindCondition } from './bind-operator.ts';
import { bindType } from './bind-type.ts';
import { type BinderState, bindWithin, type ExpressionContext, inScope } from './binder-state.ts';
import { castTo, convertLiteral } from './coercion.ts';
import { columnExpression, resolveName } from './scope.ts';

const NESTED_KINDS: readonly DataType['kind'][] = ['list', 'map', 'struct'];
const NUMBERS: readonly DataType['kind'][] = ['boolean', 'integer', 'bigint', 'decimal', 'real', 'double'];
const TIMES: readonly DataType['kind'][] = ['date', 'time', 'timestamp', 'timestamp_ns', 'timestamptz'];

/** Binds CASE; the simple form becomes comparisons, each with the operand bound anew. */
export function bindCase(context: ExpressionContext, node: Case): PlanExpression {
  const { operand } = node;
  const whens = node.branches.map(({ when, span }) =>
    operand === null ? bindCondition(context, when) : bindComparison(context, '=', operand, when, span),
  );
  const results = [...node.branches.map((branch) => branch.then), ...(node.otherwise === null ? [] : [node.otherwise])];
  const bound = results.map((result) => bindWithin(context, result));
  const unified = unify(
    context.state,
    bound,
    results.map((result) => result.span),
    node.span,
    'CASE',
  );
  const type = unified[0]?.type ?? { kind: 'null' };
  const branches = whens.map((when, index) => ({ when, then: unified[index] ?? literal({ kind: 'null' }, null) }));
  return { kind: 'case', branches, otherwise: unified[whens.length] ?? null, type };
}

/** Binds CAST and TRY_CAST. A constant is converted at once where it is a value of the type.
 *  @throws SQL_TYPE_MISMATCH when no value of the one type can become one of the other */
export function bindCast(context: ExpressionContext, node: Cast): PlanExpression {
  const type = bindType(context.state, node.dataType);
  return explicitCast(context.state, bindWithin(context, node.operand), type, node.safe, node.span);
}

/** Makes the cast that the text asks for.
 *  @throws SQL_TYPE_MISMATCH */
export function explicitCast(state: BinderState, operand: PlanExpression, type: DataType, safe: boolean, span: Span): PlanExpression {
  if (operand.kind === 'parameter' && state.parameters.isOpen(operand)) return state.parameters.settle(operand, type);
  if (!isCastable(operand.type, type)) {
    throw bindError(state, 'SQL_TYPE_MISMATCH', `${formatType(operand.type)} cannot be cast to ${formatType(type)}`, span);
  }
  if (operand.kind === 'literal') return foldCast(operand, type, state.context.timeZone) ?? castTo(operand, type, safe);
  return castTo(operand, type, safe);
}

/** A constant that is no value of the type is left to the engine, which tells it only when the row is met. */
function foldCast(operand: LiteralExpression, type: DataType, timeZone: string): LiteralExpression | null {
  if (operand.value === null && !NESTED_KINDS.includes(type.kind)) return literal(type, null);
  try {
    return convertLiteral(operand, type, timeZone);
  } catch (error) {
    if (error instanceof PlatformError && (error.code === 'SQL_INVALID_VALUE' || error.code === 'SQL_OVERFLOW')) return null;
    throw error;
  }
}

/** Returns whether a CAST between two types exists, whatever the value. */
export function isCastable(from: DataType, to: DataType): boolean {
  if (from.kind === 'null' || sameType(from, to) || to.kind === 'varchar') return true;
  if (from.kind === 'varchar') return !NESTED_KINDS.includes(to.kind);
  if (NUMBERS.includes(from.kind) && NUMBERS.includes(to.kind)) return true;
  if (TIMES.includes(from.kind) && TIMES.includes(to.kind)) return !(from.kind === 'time' || (to.kind === 'time' && from.kind === 'date'));
  if (from.kind === 'list' && to.kind === 'list') return isPartCastable(from.element, to.element);
  if (from.kind === 'map' && to.kind === 'map') return isPartCastable(from.key, to.key) && isPartCastable(from.value, to.value);
  if (from.kind === 'struct' && to.kind === 'struct') {
    return (
      from.fields.length === to.fields.length &&
      from.fields.every((field, index) => isPartCastable(field.type, to.fields[index]?.type ?? field.type))
    );
  }
  return (from.kind === 'fixed' && to.kind === 'varbinary') || (from.kind === 'varbinary' && to.kind === 'fixed');
}

/** Engines cast nested values as a whole, and DuckDB rounds nanoseconds before 1970 to the future. */
function isPartCastable(from: DataType, to: DataType): boolean {
  if (from.kind === 'timestamp_ns' && TIMES.includes(to.kind) && to.kind !== 'timestamp_ns') return false;
  return isCastable(from, to);
}

/** Binds a dotted name: a column and struct fields of it, or an alias of the SELECT list. */
export function bindColumnReference(context: ExpressionContext, node: ColumnReference): PlanExpression {
  const { state, scope } = context;
  const found = resolveName(state, scope, node.parts, node.span);
  if (found.kind === 'alias') return bindWithin(inScope(context, found.scope), found.expression);
  const column = columnExpression(found.column);
  state.spans.note(column, node.span);
  let value = column;
  for (const field of found.fields) value = readField(state, value, field);
  return value;
}

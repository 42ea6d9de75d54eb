import type { DataType } from '../../spi/index.ts';
import type { Expression, Span, TableFunctionArgument } from '../ast/index.ts';
import { bindError } from './bind-error.ts';
import { type BinderState, bindWithin, type Environment } from './binder-state.ts';
import { fixedLengthUs } from './interval-text.ts';
import { EMPTY_SCOPE } from './scope.ts';

/** Returns whether values of the type are points in time to the microsecond. */
export function isTimestamp(type: DataType): boolean {
  return type.kind === 'timestamp' || type.kind === 'timestamptz';
}

/** Returns the length of a constant interval, or null when it is none, or not of fixed length. Units: microseconds. */
export function constantIntervalUs(state: BinderState, value: Expression, environment: Environment): bigint | null {
  const bound = bindWithin({ state, scope: EMPTY_SCOPE, environment, calls: null, place: 'an interval' }, value);
  if (bound.kind !== 'literal' || bound.type.kind !== 'interval' || typeof bound.value !== 'string') return null;
  return fixedLengthUs(bound.value);
}

/** Returns a length of time that windows are made with. Units: microseconds.
 *  @throws SQL_INVALID_VALUE when it is not a constant of fixed length above zero */
export function windowLengthUs(state: BinderState, value: TableFunctionArgument['value'], what: string, environment: Environment): bigint {
  const isExpression = value.kind !== 'table-argument' && value.kind !== 'query-argument' && value.kind !== 'descriptor';
  const lengthUs = isExpression ? constantIntervalUs(state, value, environment) : null;
  if (lengthUs !== null && lengthUs > 0n && lengthUs <= BigInt(Number.MAX_SAFE_INTEGER)) return lengthUs;
  throw refusedLength(state, what, value.span);
}

/** Makes the error that a length of time is not one that never changes. */
export function refusedLength(state: BinderState, what: string, span: Span): Error {
  return bindError(state, 'SQL_INVALID_VALUE', `${what} is a constant interval of fixed length above zero`, span, {
    hint: "Write INTERVAL '1' HOUR; months and years have no fixed length.",
  });
}

import type { Expression, LiteralExpression } from '../../spi/index.ts';
import { parseInterval } from './interval-text.ts';

const DAY_MICROS = 86_400_000_000n;
const PLAIN_TIMESTAMP = /^(\d{4})-(\d{2})-(\d{2})(?: (\d{2}):(\d{2}):(\d{2})(?:\.(\d{6}))?)?$/;
const CANONICAL_INTERVAL = /^(?:(-?\d{1,5}) months? ?)?(?:(-?\d{1,7}) days? ?)?(?:(-?\d{1,17}) us)?$/;
const MIDNIGHT = ' 00:00:00';

/** Computes `date ± interval` and `timestamp ± interval` of constants, so that scans can compare with the result; null when it is not of that
 *  form, or leaves the years 1 to 9999. Months come first and keep to the last day of the month, then days, then time. */
export function foldDateShift(name: 'add' | 'subtract', left: Expression, right: Expression): LiteralExpression | null {
  const isTime = left.type.kind === 'date' || left.type.kind === 'timestamp';
  if (left.kind !== 'literal' || right.kind !== 'literal' || !isTime || right.type.kind !== 'interval') return null;
  if (typeof left.value !== 'string' || typeof right.value !== 'string') return null;
  const time = PLAIN_TIMESTAMP.exec(left.value);
  const interval = CANONICAL_INTERVAL.exec(parseInterval(right.value) ?? '?');
  if (time === null || interval === null) return null;
  const sign = name === 'add' ? 1 : -1;
  const [months = 0, days = 0] = [interval[1], interval[2]].map((part) => sign * Number(part ?? '0'));
  const micros = BigInt(sign) * BigInt(interval[3] ?? '0');
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, fraction = 0] = time
    .slice(1)
    .map((part: string | undefined) => Number(part ?? '0'));
  const monthIndex = year * 12 + month - 1 + months;
  const clampedDay = Math.min(day, daysInMonth(monthIndex));
  const start = BigInt(dayNumber(monthIndex, clampedDay) + days) * DAY_MICROS;
  const ofDay = BigInt((hour * 60 + minute) * 60 + second) * 1_000_000n + BigInt(fraction);
  const value = timestampText(start + ofDay + micros);
  return value === null ? null : { kind: 'literal', type: { kind: 'timestamp' }, value };
}

/** Compares a date column that was widened to a timestamp with a constant midnight as dates: the meaning is the same, and scans can use it. */
export function narrowToDates(operands: readonly Expression[]): readonly Expression[] {
  if (operands.every((operand) => operand.type.kind !== 'timestamp')) return operands;
  const narrowed = operands.map((operand): Expression | null => {
    if (operand.kind === 'cast' && !operand.safe && operand.argument.type.kind === 'date' && operand.type.kind === 'timestamp')
      return operand.argument;
    const isMidnight = operand.kind === 'literal' && operand.type.kind === 'timestamp' && String(operand.value).endsWith(MIDNIGHT);
    return isMidnight ? { kind: 'literal', type: { kind: 'date' }, value: String(operand.value).slice(0, -MIDNIGHT.length) } : null;
  });
  const dates = narrowed.filter((operand) => operand !== null);
  return dates.length === operands.length && dates.some((operand) => operand.kind !== 'literal') ? dates : operands;
}

function daysInMonth(monthIndex: number): number {
  return dayNumber(monthIndex + 1, 1) - dayNumber(monthIndex, 1);
}

function dayNumber(monthIndex: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(Math.floor(monthIndex / 12), ((monthIndex % 12) + 12) % 12, day);
  return Math.round(date.getTime() / 86_400_000);
}

function timestampText(micros: bigint): string | null {
  const seconds = micros / 1_000_000n - (micros % 1_000_000n < 0n ? 1n : 0n);
  const date = new Date(Number(seconds) * 1000);
  const year = date.getUTCFullYear();
  if (Number.isNaN(year) || year < 1 || year > 9999) return null;
  const fraction = micros - seconds * 1_000_000n;
  const text = date.toISOString().slice(0, 19).replace('T', ' ');
  return fraction === 0n ? text : `${text}.${String(fraction).padStart(6, '0')}`;
}

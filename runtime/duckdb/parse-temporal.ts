import { PlatformError } from '../../spi/index.ts';

const MS_PER_DAY = 86_400_000;
const DATE = /^([+-]?\d{4,6})-(\d{2})-(\d{2})$/;
const TIME = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6})\d*)?)?$/;
const ZONE = /(Z|[+-]\d{2}(?::?\d{2})?)$/i;

function invalid(type: string, text: string): PlatformError {
  return new PlatformError('SQL_INVALID_VALUE', `"${text}" is not a ${type}`);
}

/** Returns the days since 1970-01-01 of a text such as `2024-02-29`.
 *  @throws SQL_INVALID_VALUE */
export function parseDateDays(text: string): number {
  const match = DATE.exec(text);
  if (match === null) throw invalid('date', text);
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) throw invalid('date', text);
  return Math.round(date.getTime() / MS_PER_DAY);
}

/** Returns the microseconds since midnight of a text such as `22:31:08.5`.
 *  @throws SQL_INVALID_VALUE */
export function parseTimeMicros(text: string): bigint {
  const match = TIME.exec(text);
  if (match === null) throw invalid('time', text);
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) throw invalid('time', text);
  return BigInt((hour * 60 + minute) * 60 + second) * 1_000_000n + BigInt((match[4] ?? '').padEnd(6, '0'));
}

/** Returns the microseconds since the epoch of a text such as `2024-02-29T12:00:00.25` (`T` or a blank between the parts); a zone
 *  (`Z`, `+02:00`) is subtracted.
 *  @throws SQL_INVALID_VALUE */
export function parseTimestampMicros(text: string): bigint {
  const zone = /[T ]/.test(text) ? ZONE.exec(text)?.[1] : undefined;
  const [date = '', time] = text
    .slice(0, text.length - (zone?.length ?? 0))
    .trim()
    .split(/[T ]/, 2);
  const micros = BigInt(parseDateDays(date)) * BigInt(MS_PER_DAY) * 1000n + (time === undefined ? 0n : parseTimeMicros(time));
  if (zone === undefined || zone.toUpperCase() === 'Z') return micros;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || 0);
  return micros - BigInt(zone.startsWith('-') ? -minutes : minutes) * 60_000_000n;
}

const DATE = /^(-?\d{4,6})-(\d{1,2})-(\d{1,2})$/;
const TIME = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,9}))?)?$/;
const TOO_FINE = /:\d{1,2}\.\d{6}0*[1-9]/;
const OFFSET = /\s*(?:(Z|UTC)|([+-])(\d{1,2})(?::?(\d{2}))?)$/i;
const DAY_MS = 86_400_000;
const NANOSECONDS_FROM = '1677-09-22 00:00:00';
const NANOSECONDS_TO = '2262-04-11 23:47:16.854775806';

/** Returns a date as `YYYY-MM-DD`, or null when the text is none. */
export function parseDate(text: string): string | null {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return null;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  if (date.getUTCMonth() + 1 !== Number(month) || date.getUTCDate() !== Number(day)) return null;
  return dateText(date);
}

/** Returns whether a time of day in the text is told in more than microseconds, which no type holds; zeros beyond them do not count. */
export function isTooFine(text: string): boolean {
  return TOO_FINE.test(text);
}

/** Returns a time of day as `HH:MM:SS[.ffffff]` with so many digits (6 or 9) of a second, or null when the text is none or finer. */
export function parseTime(text: string, digits: 6 | 9 = 6): string | null {
  const [, hour, minute, second = '0', fraction = ''] = TIME.exec(text) ?? [];
  if (hour === undefined || minute === undefined || (digits === 6 && isTooFine(text))) return null;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  const parts = [hour, minute, second].map((part) => part.padStart(2, '0')).join(':');
  const shown = fraction.slice(0, digits).replace(/0+$/, '');
  return shown === '' ? parts : `${parts}.${shown.padEnd(digits, '0')}`;
}

/** Returns a wall clock reading as `YYYY-MM-DD HH:MM:SS[.ffffff]` with so many digits of a second, or null when the text is none; an offset is not allowed. */
export function parseTimestamp(text: string, digits: 6 | 9 = 6): string | null {
  const [, dateText = '', timeText = '00:00:00'] = /^(\S+?)(?:(?:T|\s+)(\S+))?$/i.exec(text) ?? [];
  const date = parseDate(dateText);
  const time = parseTime(timeText, digits);
  return date === null || time === null ? null : `${date} ${time}`;
}

/** Returns a wall clock reading as `YYYY-MM-DD HH:MM:SS[.fffffffff]`, or null when the text is none, finer than nanoseconds, or out of the range of 64
 *  bits of them (from the first whole day on). */
export function parseTimestampNs(text: string): string | null {
  const found = parseTimestamp(text, 9);
  return found === null || found.startsWith('-') || found < NANOSECONDS_FROM || found > NANOSECONDS_TO || found.indexOf('-') > 4
    ? null
    : found;
}

/** Returns an instant as `YYYY-MM-DD HH:MM:SS[.ffffff]+00`, or null when the text is none. Without an offset the text is a wall clock reading in the zone. */
export function parseTimestampTz(text: string, timeZone: string): string | null {
  const offset = /^\S+(?:T|\s+)\S/i.test(text) ? OFFSET.exec(text) : null;
  const local = parseTimestamp(offset === null ? text : text.slice(0, offset.index));
  if (local === null) return null;
  const localMs = wallClockMs(local);
  const utcMs = offset === null ? instantOf(localMs, timeZone) : localMs - offsetMs(offset);
  const fraction = /\.\d+$/.exec(local)?.[0] ?? '';
  return `${instantText(utcMs)}${fraction}+00`;
}

/** Returns the instant of a canonical `timestamptz` text. Units: milliseconds since 1970 UTC, fractions of them cut. */
export function timestampTzMs(text: string): number {
  return wallClockMs(text.replace(/\+00$/, '')) + Number((/\.(\d{3})/.exec(text)?.[1] ?? '0').padEnd(3, '0'));
}

function wallClockMs(text: string): number {
  const [, year, month, day, hour, minute, second] = /^(-?\d+)-(\d+)-(\d+) (\d+):(\d+):(\d+)/.exec(text) ?? [];
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second));
  return date.getTime();
}

function offsetMs(match: RegExpExecArray): number {
  const [, utc, sign, hours = '0', minutes = '0'] = match;
  if (utc !== undefined) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** A wall clock reading that a zone skips or has twice is taken with the offset before the change, like most systems do. */
function instantOf(localMs: number, timeZone: string): number {
  const before = localMs - zoneOffsetMs(localMs - DAY_MS, timeZone);
  return zoneOffsetMs(before, timeZone) === localMs - before ? before : localMs - zoneOffsetMs(localMs, timeZone);
}

function zoneOffsetMs(instantMs: number, timeZone: string): number {
  const formatter = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const parts = new Map(formatter.formatToParts(instantMs).map((part) => [part.type, Number(part.value)]));
  const part = (name: Intl.DateTimeFormatPartTypes): number => parts.get(name) ?? 0;
  const wallMs = Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  return wallMs - Math.floor(instantMs / 1000) * 1000;
}

function instantText(instantMs: number): string {
  const date = new Date(instantMs);
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map((part) => String(part).padStart(2, '0')).join(':');
  return `${dateText(date)} ${clock}`;
}

function dateText(date: Date): string {
  const year = date.getUTCFullYear();
  const yearText = `${year < 0 ? '-' : ''}${String(Math.abs(year)).padStart(4, '0')}`;
  return [yearText, String(date.getUTCMonth() + 1).padStart(2, '0'), String(date.getUTCDate()).padStart(2, '0')].join('-');
}

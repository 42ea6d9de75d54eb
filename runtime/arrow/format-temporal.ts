import { civilDate } from './calendar.ts';

const MICROS_PER_SECOND = 1_000_000n;
const MICROS_PER_DAY = 86_400n * MICROS_PER_SECOND;

function twoDigits(value: number): string {
  return value < 10 ? `0${String(value)}` : String(value);
}

/** The two dates that stand for no day. */
const INFINITE_DAYS: ReadonlyMap<number, string> = new Map([
  [2 ** 31 - 1, 'infinity'],
  [-(2 ** 31) + 1, '-infinity'],
]);

/** Returns `YYYY-MM-DD` of a day counted from 1970-01-01 in the proleptic Gregorian calendar; years before 0 and after 9999 carry a sign
 *  and six digits, as in ISO 8601. */
export function formatDate(days: number): string {
  const infinite = INFINITE_DAYS.get(days);
  if (infinite !== undefined) return infinite;
  const { year, month, day } = civilDate(days);
  const plain = year >= 0 && year <= 9999;
  const yearText = plain ? String(year).padStart(4, '0') : `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}`;
  return `${yearText}-${twoDigits(month)}-${twoDigits(day)}`;
}

function formatFraction(micros: number): string {
  if (micros === 0) return '';
  return micros % 1000 === 0 ? `.${String(micros / 1000).padStart(3, '0')}` : `.${String(micros).padStart(6, '0')}`;
}

/** Returns `HH:MM:SS` with no, three or six digits of fraction.
 *  Units: microseconds since midnight. */
export function formatTime(micros: number): string {
  const seconds = Math.floor(micros / 1e6);
  const clock = `${twoDigits(Math.floor(seconds / 3600))}:${twoDigits(Math.floor(seconds / 60) % 60)}:${twoDigits(seconds % 60)}`;
  return clock + formatFraction(micros - seconds * 1e6);
}

/** The two timestamps that stand for no instant. */
const INFINITE: ReadonlyMap<bigint, string> = new Map([
  [2n ** 63n - 1n, 'infinity'],
  [-(2n ** 63n) + 1n, '-infinity'],
]);

/** Returns `YYYY-MM-DDTHH:MM:SS[.ffffff]`, with `Z` when it is an instant.
 *  Units: microseconds since the epoch. */
export function formatTimestamp(micros: bigint, zoned: boolean): string {
  return INFINITE.get(micros) ?? formatFinite(micros, '', zoned);
}

/** Returns as `formatTimestamp` does, with nine digits of a second where the last three are not zeros.
 *  Units: nanoseconds since the epoch. */
export function formatTimestampNanos(nanos: bigint, zoned: boolean): string {
  const infinite = INFINITE.get(nanos);
  if (infinite !== undefined) return infinite;
  const finer = ((nanos % 1000n) + 1000n) % 1000n;
  return formatFinite((nanos - finer) / 1000n, finer === 0n ? '' : String(finer).padStart(3, '0'), zoned);
}

/** `finer` is written behind six digits of a second. */
function formatFinite(micros: bigint, finer: string, zoned: boolean): string {
  let days = micros / MICROS_PER_DAY;
  let rest = micros % MICROS_PER_DAY;
  if (rest < 0n) {
    days -= 1n;
    rest += MICROS_PER_DAY;
  }
  const time = formatTime(Number(rest));
  const sixDigits = time.length === 8 ? `${time}.000000` : time.padEnd(15, '0');
  return `${formatDate(Number(days))}T${finer === '' ? time : sixDigits + finer}${zoned ? 'Z' : ''}`;
}

/** Returns an ISO 8601 duration such as `P1M2DT3.5S`, `PT0S` for nothing.
 *  Units: nanoseconds for the part below a day. */
export function formatInterval(months: number, days: number, nanos: bigint): string {
  const seconds = nanos / 1_000_000_000n;
  const fraction = nanos % 1_000_000_000n;
  const sign = nanos < 0n ? '-' : '';
  const digits = String(fraction < 0n ? -fraction : fraction)
    .padStart(9, '0')
    .replace(/0+$/, '');
  const secondsText = `${sign}${String(seconds < 0n ? -seconds : seconds)}${digits === '' ? '' : `.${digits}`}S`;
  const date = `${months === 0 ? '' : `${String(months)}M`}${days === 0 ? '' : `${String(days)}D`}`;
  if (nanos === 0n && date !== '') return `P${date}`;
  return `P${date}T${secondsText}`;
}

import type { IntervalUnit } from '../ast/index.ts';

/** An interval in its three independent parts. */
export interface IntervalParts {
  readonly months: bigint;
  readonly days: bigint;
  readonly micros: bigint;
}

const UNITS: Readonly<Record<IntervalUnit, { readonly part: keyof IntervalParts; readonly size: number }>> = {
  millennium: { part: 'months', size: 12_000 },
  century: { part: 'months', size: 1200 },
  decade: { part: 'months', size: 120 },
  year: { part: 'months', size: 12 },
  quarter: { part: 'months', size: 3 },
  month: { part: 'months', size: 1 },
  week: { part: 'days', size: 7 },
  day: { part: 'days', size: 1 },
  hour: { part: 'micros', size: 3_600_000_000 },
  minute: { part: 'micros', size: 60_000_000 },
  second: { part: 'micros', size: 1_000_000 },
  millisecond: { part: 'micros', size: 1000 },
  microsecond: { part: 'micros', size: 1 },
  nanosecond: { part: 'micros', size: 0.001 },
};
const SHORT_UNITS: Readonly<Record<string, IntervalUnit>> = {
  y: 'year',
  yr: 'year',
  mon: 'month',
  w: 'week',
  d: 'day',
  h: 'hour',
  hr: 'hour',
  m: 'minute',
  min: 'minute',
  s: 'second',
  sec: 'second',
  ms: 'millisecond',
  us: 'microsecond',
  centuries: 'century',
  millennia: 'millennium',
};
const ZERO: IntervalParts = { months: 0n, days: 0n, micros: 0n };
const CLOCK = /^([+-]?)(\d+):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,6}))?)?$/;
const TOKEN = /^([+-]?\d+(?:\.\d+)?|[+-]?\.\d+)\s*([a-z]+)\s*/i;

/** Returns a text such as `1 year 2 days 03:04:05` in the canonical form `14 months 2 days 11045000000 us`, or null when it is no interval. */
export function parseInterval(text: string): string | null {
  let rest = text.trim().replace(/\s+ago$/i, '');
  const ago = rest.length < text.trim().length;
  let total = ZERO;
  if (rest === '') return null;
  while (rest !== '') {
    const token = TOKEN.exec(rest);
    if (token === null) {
      const clock = parseClock(rest);
      if (clock === null) return null;
      total = sum(total, clock);
      break;
    }
    const unit = unitOf(token[2] ?? '');
    if (unit === null) return null;
    total = sum(total, intervalOf(token[1] ?? '', unit));
    rest = rest.slice(token[0].length);
  }
  return intervalText(ago ? negated(total) : total);
}

/** Returns so many of a unit. A fraction of a month is days (30 a month), a fraction of a day is time. */
export function intervalOf(amount: string, unit: IntervalUnit): IntervalParts {
  const { part, size } = UNITS[unit];
  const value = Number(amount) * size;
  if (part === 'micros') {
    const exact = Number.isInteger(size) && /^[+-]?\d+$/.test(amount) ? BigInt(amount) * BigInt(size) : BigInt(Math.round(value));
    return { ...ZERO, micros: exact };
  }
  const whole = Math.trunc(value);
  const fraction = value - whole;
  if (part === 'days') return { ...ZERO, days: BigInt(whole), micros: BigInt(Math.round(fraction * 86_400_000_000)) };
  const days = fraction * 30;
  return { months: BigInt(whole), days: BigInt(Math.trunc(days)), micros: BigInt(Math.round((days % 1) * 86_400_000_000)) };
}

/** Returns an interval in its canonical form. */
export function intervalText({ months, days, micros }: IntervalParts): string {
  const parts = [
    ...(months === 0n ? [] : [counted(months, 'month')]),
    ...(days === 0n ? [] : [counted(days, 'day')]),
    ...(micros === 0n ? [] : [`${String(micros)} us`]),
  ];
  return parts.length === 0 ? '0 us' : parts.join(' ');
}

/** Returns `1-2` (years and months) as an interval's canonical form, or null. */
export function parseYearMonth(text: string): string | null {
  const [, sign, years, months] = /^\s*([+-]?)(\d+)-(\d+)\s*$/.exec(text) ?? [];
  if (years === undefined || months === undefined) return null;
  const total = { ...ZERO, months: BigInt(years) * 12n + BigInt(months) };
  return intervalText(sign === '-' ? negated(total) : total);
}

const CANONICAL = /^(?:(-?\d+) months? ?)?(?:(-?\d+) days? ?)?(?:(-?\d+) us)?$/;

/** Returns the length of an interval (in its canonical form) in microseconds, a day having 24 hours; null for one with months, which have no
 *  fixed length. */
export function fixedLengthUs(canonical: string): bigint | null {
  const [, months = '0', days = '0', micros = '0'] = CANONICAL.exec(canonical) ?? [undefined, '1'];
  return BigInt(months) === 0n ? BigInt(days) * 86_400_000_000n + BigInt(micros) : null;
}

function parseClock(text: string): IntervalParts | null {
  const [, sign, hours, minutes, seconds = '0', fraction = ''] = CLOCK.exec(text) ?? [];
  if (hours === undefined || minutes === undefined) return null;
  const whole = (BigInt(hours) * 60n + BigInt(minutes)) * 60n + BigInt(seconds);
  const parts = { ...ZERO, micros: whole * 1_000_000n + BigInt(fraction.padEnd(6, '0')) };
  return sign === '-' ? negated(parts) : parts;
}

function unitOf(word: string): IntervalUnit | null {
  const lower = word.toLowerCase();
  const singular = lower.length > 2 && lower.endsWith('s') ? lower.slice(0, -1) : lower;
  if (Object.hasOwn(UNITS, singular)) return singular as IntervalUnit;
  return SHORT_UNITS[lower] ?? SHORT_UNITS[singular] ?? null;
}

const sum = (left: IntervalParts, right: IntervalParts): IntervalParts => ({
  months: left.months + right.months,
  days: left.days + right.days,
  micros: left.micros + right.micros,
});
const negated = ({ months, days, micros }: IntervalParts): IntervalParts => ({ months: -months, days: -days, micros: -micros });
const counted = (amount: bigint, unit: string): string => `${String(amount)} ${unit}${amount === 1n ? '' : 's'}`;

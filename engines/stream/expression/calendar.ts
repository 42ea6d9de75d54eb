import { civilDate, daysOf } from '../../../runtime/arrow/index.ts';
import type { ExactInteger } from './exact-integer.ts';

const DAY_US = 86_400_000_000;

/** Splits microseconds since 1970 into days and microseconds of the day. */
export function splitDay(micros: ExactInteger): { readonly days: number; readonly rest: number } {
  if (typeof micros === 'number') {
    const days = Math.floor(micros / DAY_US);
    return { days, rest: micros - days * DAY_US };
  }
  const rest = ((micros % BigInt(DAY_US)) + BigInt(DAY_US)) % BigInt(DAY_US);
  return { days: Number((micros - rest) / BigInt(DAY_US)), rest: Number(rest) };
}

/** Returns microseconds since 1970 of a day and microseconds of the day. */
export function joinDay(days: number, rest: number): ExactInteger {
  const micros = days * DAY_US + rest;
  if (Number.isSafeInteger(micros)) return micros;
  return BigInt(days) * BigInt(DAY_US) + BigInt(rest);
}

/** Returns the day of the week from Monday as 0. */
function weekdayFromMonday(days: number): number {
  return (((days + 3) % 7) + 7) % 7;
}

/** Returns ISO 8601's week and the year that it belongs to. */
function isoWeek(days: number): { readonly year: number; readonly week: number } {
  const thursday = days - weekdayFromMonday(days) + 3;
  const { year } = civilDate(thursday);
  return { year, week: Math.floor((thursday - daysOf({ year, month: 1, day: 1 })) / 7) + 1 };
}

/** Reads a part of days since 1970. */
export const DATE_PARTS: Readonly<Record<string, (days: number) => number>> = {
  year: (days) => civilDate(days).year,
  quarter: (days) => Math.floor((civilDate(days).month - 1) / 3) + 1,
  month: (days) => civilDate(days).month,
  week: (days) => isoWeek(days).week,
  iso_year: (days) => isoWeek(days).year,
  day: (days) => civilDate(days).day,
  day_of_week: (days) => (weekdayFromMonday(days) + 1) % 7,
  iso_day_of_week: (days) => weekdayFromMonday(days) + 1,
  day_of_year: (days) => days - daysOf({ year: civilDate(days).year, month: 1, day: 1 }) + 1,
};

/** Reads a part of microseconds of the day. */
export const CLOCK_PARTS: Readonly<Record<string, (rest: number) => number>> = {
  hour: (rest) => Math.floor(rest / 3.6e9),
  minute: (rest) => Math.floor(rest / 6e7) % 60,
  second: (rest) => Math.floor(rest / 1e6) % 60,
  millisecond: (rest) => Math.floor((rest % 6e7) / 1e3),
  microsecond: (rest) => rest % 6e7,
};

/** Cuts days since 1970 to a unit. */
export const DATE_UNITS: Readonly<Record<string, (days: number) => number>> = {
  year: (days) => daysOf({ year: civilDate(days).year, month: 1, day: 1 }),
  quarter: (days) => {
    const { year, month } = civilDate(days);
    return daysOf({ year, month: Math.floor((month - 1) / 3) * 3 + 1, day: 1 });
  },
  month: (days) => daysOf({ ...civilDate(days), day: 1 }),
  week: (days) => days - weekdayFromMonday(days),
  day: (days) => days,
};

/** Units below a day. Units: microseconds. */
export const CLOCK_UNITS: Readonly<Record<string, number>> = { hour: 3.6e9, minute: 6e7, second: 1e6, millisecond: 1e3, microsecond: 1 };

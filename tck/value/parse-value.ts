import { daysOf } from '../../runtime/arrow/index.ts';
import { type DataType, PlatformError } from '../../spi/index.ts';
import type { IntervalValue, Value } from './value.ts';

/** Returns the value of a literal, or of a parameter: text in the canonical form of its type.
 *  @throws SQL_INVALID_VALUE for text of another form */
export function parseValue(text: string | boolean | null, type: DataType): Value {
  if (text === null || typeof text === 'boolean') return text;
  switch (type.kind) {
    case 'boolean':
      return text === 'true';
    case 'integer':
    case 'bigint':
      return BigInt(text);
    case 'real':
      return Math.fround(parseFloat64(text));
    case 'double':
      return parseFloat64(text);
    case 'decimal':
      return parseUnscaled(text, type.scale);
    case 'date':
      return BigInt(parseDays(text));
    case 'time':
      return parseClock(text);
    case 'timestamp':
    case 'timestamptz':
      return parseTimestamp(text);
    case 'interval':
      return parseInterval(text);
    case 'varbinary':
    case 'fixed':
      return new Uint8Array(Buffer.from(text, 'base64'));
    default:
      return text;
  }
}

function parseFloat64(text: string): number {
  const special: Readonly<Record<string, number>> = {
    nan: NaN,
    infinity: Infinity,
    '-infinity': -Infinity,
    inf: Infinity,
    '-inf': -Infinity,
  };
  return special[text.toLowerCase()] ?? Number(text);
}

/** Returns the integer that a decimal text stands for at a scale; it has no more digits after the point than that. */
export function parseUnscaled(text: string, scale: number): bigint {
  const [, sign, whole = '0', fraction = ''] = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text) ?? invalid('decimal', text);
  const unscaled = BigInt(whole + fraction.padEnd(scale, '0'));
  return sign === '-' ? -unscaled : unscaled;
}

function parseDays(text: string): number {
  const [, year = '', month = '', day = ''] = /^([+-]?\d+)-(\d\d)-(\d\d)/.exec(text) ?? invalid('date', text);
  return daysOf({ year: Number(year), month: Number(month), day: Number(day) });
}

function parseClock(text: string): bigint {
  const [, hour = '', minute = '', second = '', fraction = ''] =
    /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?$/.exec(text) ?? invalid('time', text);
  return BigInt((Number(hour) * 60 + Number(minute)) * 60 + Number(second || 0)) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
}

function parseTimestamp(text: string): bigint {
  const [, date = '', clock, zone] =
    /^([+-]?\d+-\d\d-\d\d)(?:[T ]([\d:.]+))?(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(text) ?? invalid('timestamp', text);
  const local = BigInt(parseDays(date)) * 86_400_000_000n + (clock === undefined ? 0n : parseClock(clock));
  if (zone === undefined || zone === 'Z') return local;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || 0);
  return local - BigInt(zone.startsWith('-') ? -minutes : minutes) * 60_000_000n;
}

function parseInterval(text: string): IntervalValue {
  const unit = (name: string): string => new RegExp(`(-?\\d+) ${name}\\b`).exec(text)?.[1] ?? '0';
  return { months: Number(unit('months?')), days: Number(unit('days?')), micros: BigInt(unit('us')) };
}

function invalid(kind: string, text: string): never {
  throw new PlatformError('SQL_INVALID_VALUE', `'${text}' is not the canonical form of a ${kind}`);
}

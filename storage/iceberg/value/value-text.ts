import type { DataType } from '../../../spi/index.ts';
import { civilDate, daysOf } from '../../../runtime/arrow/index.ts';
import { floorDivide, NS_PER_US, US_PER_DAY } from './calendar.ts';
import type { ColumnValue } from './column-value.ts';

const DATE = /^(-?\d{1,6})-(\d\d)-(\d\d)( \(BC\))?$/;
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?$/;
const TIMESTAMP = /^(-?\d{1,6}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{1,9})?)( \(BC\))?(Z|[+-]\d\d(?::?\d\d)?)?$/;

/** Returns the value that a canonical text stands for, null when the text is none (or not a number), which callers take as "unknown".
 *  Shape of the texts: as in `LiteralExpression`; binary as base64. */
export function textToValue(type: DataType, text: string): ColumnValue | null {
  switch (type.kind) {
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : null;
    case 'integer':
    case 'bigint':
      return /^-?\d+$/.test(text) ? BigInt(text) : null;
    case 'decimal':
      return decimalToUnscaled(text, type.scale);
    case 'real': {
      const value = parseFloating(text);
      return value === null ? null : Math.fround(value);
    }
    case 'double':
      return parseFloating(text);
    case 'date':
      return dateToDays(text);
    case 'time':
      return timeOf(text, MICROS);
    case 'timestamp':
    case 'timestamptz':
      return timestampOf(text, MICROS);
    case 'timestamp_ns':
      return timestampOf(text, NANOS);
    case 'varchar':
      return text;
    case 'varbinary':
    case 'fixed':
      return Buffer.from(text, 'base64');
    case 'uuid':
      return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? Buffer.from(text.replaceAll('-', ''), 'hex') : null;
    default:
      return null;
  }
}

/** Returns the canonical text of a value. */
export function valueToText(type: DataType, value: ColumnValue): string {
  if (value instanceof Uint8Array) return type.kind === 'uuid' ? uuidToText(value) : Buffer.from(value).toString('base64');
  if (typeof value !== 'bigint') return String(value);
  switch (type.kind) {
    case 'decimal':
      return unscaledToDecimal(value, type.scale);
    case 'date':
      return daysToDate(value);
    case 'time':
      return timeText(value, MICROS);
    case 'timestamp':
      return timestampText(value, MICROS);
    case 'timestamp_ns':
      return timestampText(value, NANOS);
    case 'timestamptz':
      return `${timestampText(value, MICROS)}+00`;
    default:
      return value.toString();
  }
}

function parseFloating(text: string): number | null {
  if (text === 'Infinity' || text === 'inf') return Infinity;
  if (text === '-Infinity' || text === '-inf') return -Infinity;
  const value = text.trim() === '' ? NaN : Number(text);
  return Number.isNaN(value) ? null : value;
}

function decimalToUnscaled(text: string, scale: number): bigint | null {
  const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null) return null;
  const fraction = (match[3] ?? '').replace(/0+$/, '');
  if (fraction.length > scale) return null;
  const magnitude = BigInt((match[2] ?? '') + fraction.padEnd(scale, '0'));
  return match[1] === '-' ? -magnitude : magnitude;
}

function unscaledToDecimal(unscaled: bigint, scale: number): string {
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const sign = unscaled < 0n ? '-' : '';
  return scale === 0 ? sign + digits : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function dateToDays(text: string): bigint | null {
  const match = DATE.exec(text);
  if (match === null) return null;
  const year = match[4] === undefined ? Number(match[1]) : 1 - Number(match[1]);
  return BigInt(daysOf({ year, month: Number(match[2]), day: Number(match[3]) }));
}

function daysToDate(days: bigint): string {
  const { year, month, day } = civilDate(Number(days));
  const shown = String(year > 0 ? year : 1 - year).padStart(4, '0');
  return `${shown}-${pad2(month)}-${pad2(day)}${year > 0 ? '' : ' (BC)'}`;
}

/** Digits of a second that a unit has. */
type Digits = 6 | 9;
const MICROS: Digits = 6;
const NANOS: Digits = 9;

const perSecond = (digits: Digits): bigint => (digits === MICROS ? 1_000_000n : 1_000_000_000n);
const perDay = (digits: Digits): bigint => (digits === MICROS ? US_PER_DAY : US_PER_DAY * NS_PER_US);

function timeOf(text: string, digits: Digits): bigint | null {
  const match = TIME.exec(text);
  if (match === null || (match[4] ?? '').length > digits) return null;
  const seconds = BigInt(Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3]));
  return seconds * perSecond(digits) + BigInt((match[4] ?? '').padEnd(digits, '0'));
}

function timeText(time: bigint, digits: Digits): string {
  const seconds = Number(time / perSecond(digits));
  const fraction = Number(time % perSecond(digits));
  const clock = `${pad2(Math.floor(seconds / 3600))}:${pad2(Math.floor(seconds / 60) % 60)}:${pad2(seconds % 60)}`;
  return fraction === 0 ? clock : `${clock}.${String(fraction).padStart(digits, '0').replace(/0+$/, '')}`;
}

function timestampOf(text: string, digits: Digits): bigint | null {
  const match = TIMESTAMP.exec(text);
  if (match === null) return null;
  const days = dateToDays((match[1] ?? '') + (match[3] ?? ''));
  const time = timeOf(match[2] ?? '', digits);
  return days === null || time === null ? null : days * perDay(digits) + time - offsetSeconds(match[4]) * perSecond(digits);
}

function offsetSeconds(zone: string | undefined): bigint {
  if (zone === undefined || zone === 'Z') return 0n;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  const minutes = BigInt(Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2)));
  return (zone.startsWith('-') ? -minutes : minutes) * 60n;
}

function timestampText(timestamp: bigint, digits: Digits): string {
  const days = floorDivide(timestamp, perDay(digits));
  const date = daysToDate(days);
  const era = date.endsWith(' (BC)') ? ' (BC)' : '';
  return `${date.slice(0, date.length - era.length)} ${timeText(timestamp - days * perDay(digits), digits)}${era}`;
}

function uuidToText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const pad2 = (value: number): string => String(value).padStart(2, '0');

import { assert, type DataType, type LiteralExpression, PlatformError } from '../../../spi/index.ts';
import { daysOf } from '../../../runtime/arrow/index.ts';
import { joinDay } from './calendar.ts';
import type { ConstantMaker } from './code-writer.ts';
import { type ExactInteger, exactInteger, powerOfTen } from './exact-integer.ts';

const DATE = /^(-?\d{1,7})-(\d\d)-(\d\d)/;
const CLOCK = /[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6})\d*)?/;
const OFFSET = /([+-])(\d\d)(?::?(\d\d))?$/;

/** Returns the value of a constant as generated code has it: booleans, numbers, exact integers (decimals without their point, days,
 *  microseconds), texts as numbers of the pool.
 *  @throws SQL_INVALID_VALUE when the value has not the form of its type */
export function literalConstant({ type, value }: LiteralExpression): ConstantMaker {
  assert(value !== null, 'NULL is no constant of the code');
  if (typeof value === 'boolean') return () => value;
  if (type.kind === 'varchar') return (pool) => pool.intern(value);
  const parsed = parseValue(type, value);
  return () => parsed;
}

function parseValue(type: DataType, text: string): ExactInteger {
  switch (type.kind) {
    case 'integer':
    case 'bigint':
      return parseInteger(text, type);
    case 'decimal': {
      const [whole = '', fraction = ''] = text.split('.');
      return parseInteger(whole + fraction.padEnd(type.scale, '0'), type);
    }
    case 'real':
      return Math.fround(Number(text));
    case 'double':
      return Number(text);
    case 'date':
      return parseDate(text, type);
    case 'timestamp':
    case 'timestamptz':
      return joinDay(parseDate(text, type), parseClock(text));
    default:
      throw invalid(text, type);
  }
}

function parseInteger(text: string, type: DataType): ExactInteger {
  if (!/^-?\d+$/.test(text)) throw invalid(text, type);
  return exactInteger(BigInt(text));
}

function parseDate(text: string, type: DataType): number {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined) throw invalid(text, type);
  return daysOf({ year: Number(year), month: Number(month), day: Number(day) });
}

function parseClock(text: string): number {
  const [, hour = '0', minute = '0', second = '0', fraction = '0'] = CLOCK.exec(text) ?? [];
  const clock = (Number(hour) * 3600 + Number(minute) * 60 + Number(second)) * 1e6 + Number(fraction.padEnd(6, '0'));
  const [, sign, hours = '0', minutes = '0'] = CLOCK.test(text) ? (OFFSET.exec(text) ?? []) : [];
  if (sign === undefined) return clock;
  return clock - (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 6e7;
}

function invalid(text: string, type: DataType): PlatformError {
  return new PlatformError('SQL_INVALID_VALUE', `the constant ${JSON.stringify(text.slice(0, 60))} is not a ${type.kind}`);
}

/** Returns the bound that a decimal's digits stay below. */
export function decimalBound(precision: number): ExactInteger {
  return exactInteger(powerOfTen(precision));
}

import { type DataType, formatType, PlatformError } from '../../spi/index.ts';
import { parseInterval } from './interval-text.ts';
import { isTooFine, parseDate, parseTime, parseTimestamp, parseTimestampNs, parseTimestampTz } from './time-text.ts';

const INTEGER_RANGES = { integer: 2n ** 31n, bigint: 2n ** 63n } as const;
const ZERO = '0'.charCodeAt(0);
const NUMBER = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;
const TIMES: ReadonlySet<DataType['kind']> = new Set(['time', 'timestamp', 'timestamptz']);
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
const TRUTHS: Readonly<Record<string, boolean>> = {
  true: true,
  t: true,
  '1': true,
  yes: true,
  false: false,
  f: false,
  '0': false,
  no: false,
};

/** Returns a text in the canonical form of a type, as literals and parameters carry it.
 *  Units: `timeZone` is the zone in which a `timestamptz` without an offset is read.
 *  @throws SQL_INVALID_VALUE when the text is no value of the type */
export function canonicalValue(text: string, type: DataType, timeZone: string): string | boolean {
  const value = convert(text, type, timeZone);
  if (value !== null) return value;
  const reason = reasonOf(text, type);
  throw new PlatformError('SQL_INVALID_VALUE', `'${text.slice(0, 60)}' is not a value of type ${formatType(type)}${reason}`);
}

function reasonOf(text: string, type: DataType): string {
  if (TIMES.has(type.kind) && isTooFine(text)) return ', which holds microseconds: six digits of a second';
  if (type.kind !== 'timestamp_ns') return '';
  return parseTimestamp(text.trim(), 9) === null ? '' : ', which reaches from 1677-09-22 to 2262-04-11';
}

function convert(text: string, type: DataType, timeZone: string): string | boolean | null {
  const trimmed = text.trim();
  switch (type.kind) {
    case 'varchar':
      return text;
    case 'boolean':
      return TRUTHS[trimmed.toLowerCase()] ?? null;
    case 'integer':
    case 'bigint':
      return integerText(trimmed, INTEGER_RANGES[type.kind]);
    case 'decimal':
      return decimalText(trimmed, type.precision, type.scale);
    case 'real':
    case 'double':
      return floatText(trimmed);
    case 'date':
      return parseDate(trimmed);
    case 'time':
      return parseTime(trimmed);
    case 'timestamp':
      return parseTimestamp(trimmed);
    case 'timestamp_ns':
      return parseTimestampNs(trimmed);
    case 'timestamptz':
      return parseTimestampTz(trimmed, timeZone);
    case 'interval':
      return parseInterval(trimmed);
    case 'uuid':
      return UUID.test(trimmed)
        ? trimmed
            .toLowerCase()
            .replaceAll('-', '')
            .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
        : null;
    case 'varbinary':
      return Buffer.from(text, 'utf8').toString('base64');
    default:
      return null;
  }
}

/** Returns a number's text rounded half away from zero to a scale, without an exponent; null when it is no number or has too many digits. */
export function decimalText(text: string, precision: number, scale: number): string | null {
  const [, sign, whole = '', fraction = '', exponentText = '0'] = NUMBER.exec(text) ?? [];
  if (sign === undefined || whole + fraction === '') return null;
  const shift = scale + Number(exponentText) - fraction.length;
  // Without a digit too many nothing is rounded, and the digits are those of the text.
  const plain =
    shift >= 0
      ? significant(whole + fraction + '0'.repeat(shift))
      : roundedQuotient(BigInt(whole + fraction), 10n ** BigInt(-shift)).toString();
  if (plain !== '0' && plain.length > precision) return null;
  const padded = plain.padStart(scale + 1, '0');
  const cut = padded.length - scale;
  const minus = sign === '-' && plain !== '0' ? '-' : '';
  return minus + padded.slice(0, cut) + (scale === 0 ? '' : `.${padded.slice(cut)}`);
}

/** Returns digits without the zeros in front of the first other one. */
function significant(digits: string): string {
  let start = 0;
  while (start < digits.length - 1 && digits.charCodeAt(start) === ZERO) start += 1;
  return start === 0 ? digits : digits.slice(start);
}

function roundedQuotient(dividend: bigint, divisor: bigint): bigint {
  return (dividend * 2n + divisor) / (divisor * 2n);
}

function integerText(text: string, limit: bigint): string | null {
  const plain = Number(text);
  if (Number.isSafeInteger(plain) && String(plain) === text) return plain >= -limit && plain < limit ? text : null;
  const rounded = decimalText(text, 38, 0);
  if (rounded === null) return null;
  const value = BigInt(rounded);
  return value >= -limit && value < limit ? value.toString() : null;
}

function floatText(text: string): string | null {
  const plain = Number(text);
  if (String(plain) === text) return text;
  const special = /^([+-]?)(nan|inf|infinity)$/i.exec(text);
  if (special !== null) return special[2]?.toLowerCase() === 'nan' ? 'NaN' : `${special[1] === '-' ? '-' : ''}Infinity`;
  if (!NUMBER.test(text) || !/\d/.test(text)) return null;
  return Object.is(plain, -0) ? '-0' : Number.isFinite(plain) ? String(plain) : null;
}

import { PlatformError } from '../../spi/index.ts';
import type { StatementParameter } from './connection-contract.ts';
import { nativeLibrary, type Pointer } from './native-library.ts';
import { parseDateDays, parseTimeMicros, parseTimestampMicros } from './parse-temporal.ts';

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const DECIMAL = /^decimal\((\d+),\s*(\d+)\)$/;

function textOf(parameter: StatementParameter): string {
  return parameter.value instanceof Uint8Array ? Buffer.from(parameter.value).toString('utf8') : String(parameter.value);
}

function integerOf(text: string, min: bigint, max: bigint, type: string): bigint {
  if (!/^[+-]?\d+$/.test(text)) throw new PlatformError('SQL_INVALID_VALUE', `"${text}" is not a value of type ${type}`);
  const value = BigInt(text.replace(/^\+/, ''));
  if (value < min || value > max) throw new PlatformError('SQL_OVERFLOW', `${text} leaves the range of ${type}`);
  return value;
}

function floatOf(text: string, type: string): number {
  const value = /^[+-]?inf(inity)?$/i.test(text) ? (text.startsWith('-') ? -Infinity : Infinity) : Number(text);
  if (text.trim() === '' || (Number.isNaN(value) && !/^nan$/i.test(text))) {
    throw new PlatformError('SQL_INVALID_VALUE', `"${text}" is not a value of type ${type}`);
  }
  return value;
}

function booleanOf(text: string): boolean {
  if (/^true$/i.test(text)) return true;
  if (/^false$/i.test(text)) return false;
  throw new PlatformError('SQL_INVALID_VALUE', `"${text}" is not a value of type boolean`);
}

function bindDecimal(statement: Pointer, index: number, text: string, width: number, scale: number): number {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?$/.exec(text);
  const fraction = (match?.[3] ?? '').replace(/0+$/, '');
  const whole = match?.[2] ?? '';
  if (match === null || whole + (match[3] ?? '') === '' || fraction.length > scale) {
    throw new PlatformError('SQL_INVALID_VALUE', `"${text}" is not a value of type decimal(${String(width)},${String(scale)})`);
  }
  const digits = BigInt(whole + fraction.padEnd(scale, '0') || '0');
  if (digits >= 10n ** BigInt(width)) {
    throw new PlatformError('SQL_OVERFLOW', `${text} leaves the range of decimal(${String(width)},${String(scale)})`);
  }
  const value = match[1] === '-' ? -digits : digits;
  const hugeint = { lower: BigInt.asUintN(64, value), upper: BigInt.asIntN(64, value >> 64n) };
  return nativeLibrary().bindDecimal(statement, index, { width, scale, value: hugeint });
}

function bindOne(statement: Pointer, index: number, parameter: StatementParameter): number {
  const native = nativeLibrary();
  const { type, value } = parameter;
  if (value === null || type === 'null') return native.bindNull(statement, index);
  const text = type === 'varbinary' || type.startsWith('fixed(') ? '' : textOf(parameter);
  switch (type) {
    case 'boolean':
      return native.bindBoolean(statement, index, booleanOf(text));
    case 'integer':
      return native.bindInt32(statement, index, Number(integerOf(text, -(2n ** 31n), 2n ** 31n - 1n, type)));
    case 'bigint':
      return native.bindInt64(statement, index, integerOf(text, INT64_MIN, INT64_MAX, type));
    case 'real':
      return native.bindFloat(statement, index, floatOf(text, type));
    case 'double':
      return native.bindDouble(statement, index, floatOf(text, type));
    case 'date':
      return native.bindDate(statement, index, parseDateDays(text));
    case 'time':
      return native.bindTime(statement, index, parseTimeMicros(text));
    case 'timestamp':
      return native.bindTimestamp(statement, index, parseTimestampMicros(text));
    case 'timestamptz':
      return native.bindTimestampTz(statement, index, parseTimestampMicros(text));
    case 'varchar':
    case 'uuid':
    case 'interval':
    case 'timestamp_ns': {
      const bytes = Buffer.from(text, 'utf8');
      return native.bindVarchar(statement, index, bytes, bytes.byteLength);
    }
    default:
  }
  if (type === 'varbinary' || type.startsWith('fixed(')) {
    const bytes = value instanceof Uint8Array ? value : Buffer.from(textOf(parameter), 'base64');
    return native.bindBlob(statement, index, bytes, bytes.byteLength);
  }
  const decimal = DECIMAL.exec(type);
  if (decimal !== null) return bindDecimal(statement, index, text, Number(decimal[1]), Number(decimal[2]));
  throw new PlatformError('SQL_PARAMETER', `parameter $${String(index)} has the type ${type}, which cannot be bound`);
}

/** Binds all positional parameters of a prepared statement. Texts of `uuid`, `interval` and `timestamp_ns` are bound as varchar: the statement casts them;
 *  a `varbinary` given as text is base64.
 *  @throws SQL_PARAMETER when their number differs, SQL_INVALID_VALUE or SQL_OVERFLOW for a text that is no value of its type. */
export function bindParameters(statement: Pointer, parameterCount: number, parameters: readonly StatementParameter[]): void {
  if (parameters.length !== parameterCount) {
    throw new PlatformError(
      'SQL_PARAMETER',
      `the statement takes ${String(parameterCount)} parameters, but ${String(parameters.length)} are given`,
    );
  }
  parameters.forEach((parameter, position) => {
    if (bindOne(statement, position + 1, parameter) !== 0) {
      throw new PlatformError('SQL_PARAMETER', `parameter $${String(position + 1)} cannot be bound as ${parameter.type}`);
    }
  });
}

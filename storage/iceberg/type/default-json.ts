import { type DataType, formatType, PlatformError } from '../../../spi/index.ts';
import { type JsonValue, printLosslessJson } from '../json/lossless-json.ts';
import { textToValue, valueToText } from '../value/value-text.ts';

/** Returns the JSON form of a default value, which is given as canonical text.
 *  @throws STORAGE_UNSUPPORTED for a type whose defaults no schema of ours holds, SQL_INVALID_VALUE for a number that JSON does not have
 *  @see Iceberg spec, Appendix D, "JSON single-value serialization" */
export function printDefault(type: DataType, text: string): JsonValue {
  switch (type.kind) {
    case 'boolean':
      return text === 'true';
    case 'integer':
    case 'bigint': {
      const number = Number(text);
      return Number.isSafeInteger(number) ? number : BigInt(text);
    }
    case 'real':
    case 'double': {
      const number = Number(text);
      if (Number.isFinite(number)) return number;
      throw new PlatformError('SQL_INVALID_VALUE', `${text} cannot be a default value.`, { hint: 'Give it in INSERT.' });
    }
    case 'time':
      return withDigits(text, 6);
    case 'timestamp':
      return withDigits(text.replace(' ', 'T'), 6);
    case 'timestamp_ns':
      return withDigits(text.replace(' ', 'T'), 9);
    case 'timestamptz':
      return `${withDigits(text.replace(' ', 'T').replace(/\+00$/, ''), 6)}+00:00`;
    case 'varbinary':
      return Buffer.from(text, 'base64').toString('hex');
    case 'date':
    case 'decimal':
    case 'uuid':
    case 'varchar':
      return text;
    default:
      throw noDefault(type, 'It');
  }
}

/** Reads the JSON form of a default value, and returns it as canonical text.
 *  @throws STORAGE_UNSUPPORTED for a nested type, STORAGE_CORRUPT when it is no value of the type */
export function parseDefault(type: DataType, json: JsonValue, what: string): string {
  if (type.kind === 'list' || type.kind === 'map' || type.kind === 'struct' || type.kind === 'fixed') throw noDefault(type, what);
  const text = typeof json === 'string' ? json : printLosslessJson(json);
  const value = type.kind === 'varbinary' ? Buffer.from(text, 'hex') : textToValue(type, text);
  if (value === null) throw new PlatformError('STORAGE_CORRUPT', `${what} has the default ${text}, which is no ${formatType(type)}.`);
  return valueToText(type, value);
}

function noDefault(type: DataType, what: string): PlatformError {
  return new PlatformError('STORAGE_UNSUPPORTED', `${what} has a default value of type ${formatType(type)}, which is not supported.`);
}

function withDigits(text: string, digits: number): string {
  const [seconds = '', fraction = ''] = text.split('.');
  return `${seconds}.${fraction.padEnd(digits, '0')}`;
}

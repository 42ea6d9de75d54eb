import { type Data, DataType, type Field, Precision, TimeUnit } from 'apache-arrow';
import { describeType, readColumn } from '../../../runtime/arrow/index.ts';
import { PlatformError } from '../../../spi/index.ts';
import { nameProblem } from './legacy-column.ts';

/** How the values of a column are handed to parquetjs-lite. */
export interface LegacyWriter {
  /** Name of the type in parquetjs-lite. */
  readonly type: string;
  /** Returns a function from row number to the value that the library stores as the same value, null for NULL. */
  open(data: Data): (row: number) => unknown;
}

const DAY_MS = 86_400_000;
/** Units: days that a JavaScript Date can hold before and after 1970. */
const DAYS_MAX = 100_000_000;

/** Returns how a column is written.
 *  @throws STORAGE_LOSSY for a type or name that the legacy form cannot hold */
export function legacyWriter(field: Field): LegacyWriter {
  const { name } = field;
  const problem = nameProblem(name);
  if (problem !== null) throw refusal(`The column name "${name}" ${problem}`, 'Give it another name with AS.');
  const type = field.type as DataType;
  const plain = (typeName: string, convert: (value: unknown) => unknown): LegacyWriter => ({
    type: typeName,
    open: (data) => {
      const read = readColumn(data);
      return (row) => {
        const value = read(row);
        return value === null ? null : convert(value);
      };
    },
  });
  if (DataType.isBool(type)) return plain('BOOLEAN', same);
  if (DataType.isInt(type) && type.isSigned)
    return type.bitWidth === 64 ? plain('INT64', (value) => exactNumber(value, name)) : plain('INT32', same);
  if (DataType.isFloat(type) && type.precision !== Precision.HALF) {
    return plain(type.precision === Precision.SINGLE ? 'FLOAT' : 'DOUBLE', (value) => exactFloat(value, name));
  }
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return plain('UTF8', same);
  if (DataType.isBinary(type) || DataType.isLargeBinary(type)) return plain('BYTE_ARRAY', same);
  return temporalWriter(type, name) ?? unknownType(type, name);
}

function same(value: unknown): unknown {
  return value;
}

function temporalWriter(type: DataType, name: string): LegacyWriter | null {
  if (DataType.isDate(type)) return { type: 'DATE', open: (data) => stored(data, (value) => exactDate(Number(value), name)) };
  if (!DataType.isTimestamp(type) || type.unit !== TimeUnit.MICROSECOND || (type.timezone ?? '') !== '') return null;
  return { type: 'TIMESTAMP_MICROS', open: (data) => stored(data, (value) => exactTimestamp(BigInt(value), name)) };
}

/** Dates and timestamps are taken as they are stored: as texts they would have to be parsed again. */
function stored(data: Data, convert: (value: number | bigint) => unknown): (row: number) => unknown {
  const values = data.values as ArrayLike<number | bigint>;
  return (row) => (data.getValid(row) ? convert(values[row] ?? 0) : null);
}

function unknownType(type: DataType, name: string): never {
  throw refusal(`Column "${name}" is of the type ${describeType(type)}`, 'CAST it to varchar, or write FORMAT parquet.');
}

/** The library counts in doubles. */
function exactNumber(value: unknown, name: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw refusal(`Column "${name}" has the number ${String(value)}, which is beyond 2^53`, 'CAST it to varchar, or write FORMAT parquet.');
}

/** The library makes a text of a number and reads it again, and the text of -0 is '0'. */
function exactFloat(value: unknown, name: string): number | string {
  if (Number.isNaN(value)) throw refusal(`Column "${name}" has the value NaN`, 'Write FORMAT parquet, or NULL in its place.');
  return Object.is(value, -0) ? '-0' : (value as number);
}

/** A Date is stored as its days, also before 1970, where numbers are refused by the library. */
function exactDate(days: number, name: string): Date {
  if (Math.abs(days) <= DAYS_MAX) return new Date(days * DAY_MS);
  throw refusal(`Column "${name}" has a date ${String(days)} days from 1970`, 'Write FORMAT parquet.');
}

/** A bigint keeps its microseconds, and is refused by the library before 1970; a Date is stored in whole milliseconds. */
function exactTimestamp(micros: bigint, name: string): bigint | Date {
  if (micros >= 0n) return micros;
  const date = new Date(Number(micros / 1000n));
  if (micros % 1000n === 0n && !Number.isNaN(date.getTime())) return date;
  throw refusal(`Column "${name}" has a time before 1970 with fractions of a millisecond`, 'Write FORMAT parquet.');
}

function refusal(what: string, hint: string): PlatformError {
  return new PlatformError('STORAGE_LOSSY', `${what}, which a legacy Parquet file cannot hold.`, { hint });
}

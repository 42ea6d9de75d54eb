import { type Data, DataType, RecordBatchReader, TimeUnit } from 'apache-arrow';
import { PlatformError } from '../../spi/index.ts';
import { describeType } from './arrow-type.ts';
import { formatDecimal, readUnscaled } from './format-decimal.ts';
import { formatDate, formatInterval, formatTime, formatTimestamp, formatTimestampNanos } from './format-temporal.ts';

/** A value of a small result: integers of 64 bits as bigint, smaller ones as number; decimals, dates, times and timestamps as text;
 *  lists as arrays, structs as records, maps as `Map`. */
export type RowValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly RowValue[]
  | { readonly [name: string]: RowValue }
  | ReadonlyMap<RowValue, RowValue>;

/** One row by column name. */
export type Row = Readonly<Record<string, RowValue>>;

type ValueReader = (index: number) => RowValue;

const utf8 = new TextDecoder();

function numericReader(data: Data): ValueReader | undefined {
  const values = data.values as ArrayLike<number | bigint>;
  const { type } = data;
  if (DataType.isBool(type)) {
    const bytes = data.values as Uint8Array;
    return (index) => (((bytes[(index + data.offset) >> 3] ?? 0) >> ((index + data.offset) & 7)) & 1) === 1;
  }
  if (DataType.isInt(type) || DataType.isFloat(type)) return (index) => values[index] ?? 0;
  if (DataType.isDecimal(type)) {
    const words = data.values as Uint32Array;
    return (index) => formatDecimal(readUnscaled(words, index, type.bitWidth / 32), type.scale);
  }
  return undefined;
}

function temporalReader(data: Data): ValueReader | undefined {
  const { type } = data;
  if (DataType.isDate(type) && data.values instanceof Int32Array) {
    const days = data.values;
    return (index) => formatDate(days[index] ?? 0);
  }
  if (DataType.isTime(type) && type.unit === TimeUnit.MICROSECOND) {
    const micros = data.values as BigInt64Array;
    return (index) => formatTime(Number(micros[index] ?? 0n));
  }
  if (DataType.isTimestamp(type)) {
    const values = data.values as BigInt64Array;
    const zoned = typeof type.timezone === 'string' && type.timezone !== '';
    if (type.unit === TimeUnit.NANOSECOND) return (index) => formatTimestampNanos(values[index] ?? 0n, zoned);
    const scale = [1_000_000n, 1000n][type.unit] ?? 1n;
    return (index) => formatTimestamp((values[index] ?? 0n) * scale, zoned);
  }
  if (DataType.isInterval(type)) {
    const words = data.values as Int32Array;
    const nanos = new DataView(words.buffer, words.byteOffset, words.byteLength);
    return (index) => formatInterval(words[index * 4] ?? 0, words[index * 4 + 1] ?? 0, nanos.getBigInt64(index * 16 + 8, true));
  }
  return undefined;
}

function nestedReader(data: Data): ValueReader | undefined {
  const { type } = data;
  const offsets = data.valueOffsets as ArrayLike<number | bigint> | undefined;
  const children = data.children.map(readColumn);
  const [first] = children;
  if (DataType.isStruct(type)) {
    const names = type.children.map((child) => child.name);
    return (index) => Object.fromEntries(names.map((name, position) => [name, children[position]?.(index) ?? null]));
  }
  if (first === undefined) return undefined;
  const range = (index: number): number[] => {
    const [start, end] = DataType.isFixedSizeList(type)
      ? [index * type.listSize, (index + 1) * type.listSize]
      : [Number(offsets?.[index] ?? 0), Number(offsets?.[index + 1] ?? 0)];
    return Array.from({ length: end - start }, (_, position) => start + position);
  };
  if (DataType.isList(type) || DataType.isFixedSizeList(type)) return (index) => range(index).map(first);
  if (DataType.isMap(type)) {
    const [key, value] = (data.children[0]?.children ?? []).map(readColumn);
    return (index) => new Map(range(index).map((entry) => [key?.(entry) ?? null, value?.(entry) ?? null]));
  }
  return undefined;
}

function bytesReader(data: Data): ValueReader | undefined {
  const { type } = data;
  const bytes = data.values as Uint8Array;
  const offsets = data.valueOffsets as ArrayLike<number | bigint> | undefined;
  const slice = (index: number): Uint8Array => bytes.subarray(Number(offsets?.[index] ?? 0), Number(offsets?.[index + 1] ?? 0));
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) return (index) => utf8.decode(slice(index));
  if (DataType.isBinary(type) || DataType.isLargeBinary(type)) return (index) => slice(index).slice();
  if (DataType.isFixedSizeBinary(type)) return (index) => bytes.slice(index * type.byteWidth, (index + 1) * type.byteWidth);
  return undefined;
}

/** Returns a function that gives the values of a column by row number.
 *  @throws ENGINE_UNSUPPORTED for an Arrow type that the platform has no values for */
export function readColumn(data: Data): ValueReader {
  if (DataType.isNull(data.type)) return () => null;
  const read = numericReader(data) ?? temporalReader(data) ?? bytesReader(data) ?? nestedReader(data);
  if (read === undefined)
    throw new PlatformError('ENGINE_UNSUPPORTED', `values of the Arrow type ${describeType(data.type)} cannot be read`);
  if (data.nullCount === 0) return read;
  const bitmap = data.nullBitmap;
  return (index) => ((((bitmap[(index + data.offset) >> 3] ?? 0xff) >> ((index + data.offset) & 7)) & 1) === 0 ? null : read(index));
}

/** Returns the rows of a small result.
 *  Shape: frames in order, the schema first. */
export function readRows(frames: readonly Uint8Array[]): readonly Row[] {
  const rows: Row[] = [];
  for (const batch of RecordBatchReader.from(frames)) {
    // The package makes up a batch for a result without any, whose lists have no elements to look into.
    if (batch.numRows === 0) continue;
    const columns = batch.schema.fields.map((field, index) => [field.name, readColumn(batch.data.children[index] as Data)] as const);
    for (let index = 0; index < batch.numRows; index += 1) {
      rows.push(Object.fromEntries(columns.map(([name, read]) => [name, read(index)])));
    }
  }
  return rows;
}

import { type Data, DataType } from 'apache-arrow';
import { PlatformError } from '../../spi/index.ts';
import { describeType } from './arrow-type.ts';
import type { ByteWriter } from './byte-writer.ts';
import { formatDecimal, readUnscaled } from './format-decimal.ts';
import { formatDate } from './format-temporal.ts';
import { readColumn } from './read-rows.ts';

/** Writes the value of one row. */
export type ValueWriter = (out: ByteWriter, index: number) => void;

/** How the values of one column become text. `quoted` values are JSON strings; their text holds nothing that JSON or CSV escapes. */
export type ColumnWriter =
  | { readonly kind: 'plain'; readonly quoted: boolean; readonly write: ValueWriter }
  | { readonly kind: 'double'; readonly valueAt: (index: number) => number; readonly write: ValueWriter }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly offsets: ArrayLike<number | bigint> }
  | { readonly kind: 'nested' };

const INT64_HIGH_SAFE = 0x1fffff;

function int64Writer(values: BigInt64Array): ValueWriter {
  const words = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  return (out, index) => {
    const high = words[index * 2 + 1] ?? 0;
    // Most values fit a double, which is much faster to print than a bigint.
    if (high > -INT64_HIGH_SAFE && high < INT64_HIGH_SAFE) out.integer(high * 0x1_0000_0000 + ((words[index * 2] ?? 0) >>> 0));
    else out.ascii(String(values[index] ?? 0n));
  };
}

/** Returns the shortest decimal that rounds to the same 32-bit float. */
function shortestReal(value: number): string {
  for (let digits = 6; digits < 9; digits += 1) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(Number(value.toPrecision(9)));
}

function formatFloat(value: number, single: boolean): string {
  if (Object.is(value, -0)) return '-0';
  return single && Number.isFinite(value) ? shortestReal(value) : String(value);
}

function numberWriter(data: Data): ColumnWriter | undefined {
  const { type } = data;
  const plain = (write: ValueWriter): ColumnWriter => ({ kind: 'plain', quoted: false, write });
  if (data.values instanceof BigInt64Array && DataType.isInt(type)) return plain(int64Writer(data.values));
  if (DataType.isInt(type)) {
    const values = data.values as ArrayLike<number | bigint>;
    return plain((out, index) => {
      out.ascii(String(values[index] ?? 0));
    });
  }
  if (DataType.isFloat(type)) {
    const values = data.values as Float32Array | Float64Array;
    const single = values instanceof Float32Array;
    const valueAt = (index: number): number => values[index] ?? 0;
    return {
      kind: 'double',
      valueAt,
      write: (out, index) => {
        const value = valueAt(index);
        if (Number.isInteger(value) && Math.abs(value) < 1e15 && value !== 0) out.integer(value);
        else out.ascii(formatFloat(value, single));
      },
    };
  }
  return undefined;
}

function decimalWriter(data: Data, scale: number, words: number): ColumnWriter {
  const values = data.values as Uint32Array;
  return {
    kind: 'plain',
    quoted: true,
    write: (out, index) => {
      out.ascii(formatDecimal(readUnscaled(values, index, words), scale));
    },
  };
}

function dateWriter(days: Int32Array): ColumnWriter {
  const texts = new Map<number, string>();
  return {
    kind: 'plain',
    quoted: true,
    write: (out, index) => {
      const day = days[index] ?? 0;
      let text = texts.get(day);
      if (text === undefined) {
        text = formatDate(day);
        texts.set(day, text);
      }
      out.ascii(text);
    },
  };
}

function textWriter(data: Data, form: (value: unknown) => string): ColumnWriter {
  const read = readColumn(data);
  return {
    kind: 'plain',
    quoted: true,
    write: (out, index) => {
      out.ascii(form(read(index)));
    },
  };
}

function base64(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') : '';
}

function uuidText(value: unknown): string {
  const hex = value instanceof Uint8Array ? Buffer.from(value).toString('hex') : '';
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Returns how the values of a column become text. NULL is the caller's.
 *  @throws ENGINE_UNSUPPORTED for an Arrow type that the platform has no text for */
export function columnWriter(data: Data, typeName: string): ColumnWriter {
  const { type } = data;
  const numeric = numberWriter(data);
  if (numeric !== undefined) return numeric;
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type)) {
    return { kind: 'bytes', bytes: data.values as Uint8Array, offsets: data.valueOffsets as ArrayLike<number | bigint> };
  }
  if (DataType.isDecimal(type)) return decimalWriter(data, type.scale, type.bitWidth / 32);
  if (DataType.isDate(type) && data.values instanceof Int32Array) return dateWriter(data.values);
  if (DataType.isBool(type)) return { ...textWriter(data, String), quoted: false } as ColumnWriter;
  if (DataType.isTime(type) || DataType.isTimestamp(type) || DataType.isInterval(type)) return textWriter(data, String);
  if (DataType.isFixedSizeBinary(type) && typeName === 'uuid') return textWriter(data, uuidText);
  if (DataType.isBinary(type) || DataType.isLargeBinary(type) || DataType.isFixedSizeBinary(type)) return textWriter(data, base64);
  if (DataType.isList(type) || DataType.isFixedSizeList(type) || DataType.isStruct(type) || DataType.isMap(type)) return { kind: 'nested' };
  if (DataType.isNull(type)) return { kind: 'plain', quoted: false, write: () => undefined };
  throw new PlatformError('ENGINE_UNSUPPORTED', `values of the Arrow type ${describeType(type)} have no text form`);
}

import { type Data, DataType as ArrowType, type RecordBatch } from 'apache-arrow';
import { assert, type PlanColumn, PlatformError } from '../../../spi/index.ts';
import type { Batch } from './batch.ts';
import { type Column, columnKind, type ColumnKind } from './column.ts';
import type { TextPool } from './text-pool.ts';

const MICROSECOND = 2;

/** Returns a record batch as added rows. Numbers share the frame's memory; texts are taken into the pool.
 *  Shape: `columns` names the columns in their order.
 *  @throws ENGINE_UNSUPPORTED when a column has not the Arrow type in which frames carry its type */
export function decodeBatch(batch: RecordBatch, columns: readonly PlanColumn[], pool: TextPool): Batch {
  const decoded = columns.map((column, position) => {
    const data = batch.data.children[position];
    assert(data !== undefined, 'a record batch has the columns asked for');
    return decodeColumn(data, columnKind(column.type), column.name, pool);
  });
  return { rows: batch.numRows, columns: decoded, weights: null };
}

function decodeColumn(data: Data, kind: ColumnKind, name: string, pool: TextPool): Column {
  const valid = data.nullCount === 0 ? null : decodeBits(data.nullBitmap, data.offset, data.length);
  if (ArrowType.isNull(data.type)) return { kind, values: new Int32Array(data.length), valid: new Uint8Array(data.length) };
  const values = decodeValues(data, kind, valid, pool);
  if (values === null) {
    throw new PlatformError(
      'ENGINE_UNSUPPORTED',
      `the frames carry the column "${name}" in a type that the stream engine does not read as ${kind}`,
    );
  }
  return { kind, values, valid };
}

function decodeValues(data: Data, kind: ColumnKind, valid: Uint8Array | null, pool: TextPool): Column['values'] | null {
  const { type, length } = data;
  const values = data.values as unknown;
  switch (kind) {
    case 'boolean':
      return ArrowType.isBool(type) ? decodeBits(values as Uint8Array, data.offset, length) : null;
    case 'int32':
      return values instanceof Int32Array && (ArrowType.isInt(type) || ArrowType.isDate(type)) ? values.subarray(0, length) : null;
    case 'int64':
      if (ArrowType.isDecimal(type)) return narrowDecimals(values as Uint32Array, length, type.bitWidth / 32);
      if (ArrowType.isTimestamp(type) && (type.unit as number) !== MICROSECOND) return null;
      return values instanceof BigInt64Array ? new Int32Array(values.buffer, values.byteOffset, length * 2) : null;
    case 'int128':
      return ArrowType.isDecimal(type) && type.bitWidth === 128 ? lanesOf(values as Uint32Array, length * 4) : null;
    case 'float32':
      return values instanceof Float32Array ? values.subarray(0, length) : null;
    case 'float64':
      return values instanceof Float64Array ? values.subarray(0, length) : null;
    case 'text':
      return ArrowType.isUtf8(type) || ArrowType.isLargeUtf8(type) ? internTexts(data, valid, pool) : null;
  }
}

function decodeBits(bits: Uint8Array, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let row = 0; row < length; row += 1) bytes[row] = ((bits[(row + offset) >> 3] as number) >> ((row + offset) & 7)) & 1;
  return bytes;
}

/** Decimals of at most 18 digits are in their lowest 64 bits. */
function narrowDecimals(words: Uint32Array, length: number, width: number): Int32Array {
  const lanes = new Int32Array(length * 2);
  for (let row = 0; row < length; row += 1) {
    lanes[row * 2] = words[row * width] as number;
    lanes[row * 2 + 1] = width === 1 ? (words[row] as number) >> 31 : (words[row * width + 1] as number);
  }
  return lanes;
}

function lanesOf(words: Uint32Array, length: number): Int32Array {
  return new Int32Array(words.buffer, words.byteOffset, length);
}

function internTexts(data: Data, valid: Uint8Array | null, pool: TextPool): Int32Array {
  const ids = new Int32Array(data.length);
  const bytes = data.values as Uint8Array;
  const offsets = data.valueOffsets as unknown as ArrayLike<number | bigint>;
  for (let row = 0; row < data.length; row += 1) {
    if (valid === null || valid[row] === 1) ids[row] = pool.internBytes(bytes, Number(offsets[row]), Number(offsets[row + 1]));
  }
  return ids;
}

import { type Data, makeData } from 'apache-arrow';
import { arrowType } from '../../../runtime/arrow/index.ts';
import type { LegacyColumn } from './legacy-column.ts';

/** Values of a column chunk as they are stored: those that are not NULL, and for each row whether it has one. */
export interface LegacyChunk {
  readonly dlevels: readonly number[];
  readonly values: readonly unknown[];
}

/** Returns a column chunk as an Arrow column of so many rows, null when it has another number of values or a value of another type:
 *  the library gives numbers for booleans and texts for bytes when it takes an encoding for another one. */
export function encodeLegacyColumn(column: LegacyColumn, chunk: LegacyChunk, rows: number): Data | null {
  const present = column.optional ? 1 : 0;
  const { dlevels, values } = chunk;
  const expected = dlevels.reduce((count, level) => count + (level === present ? 1 : 0), 0);
  if (dlevels.length !== rows || values.length !== expected || !values.every((value) => fits(column, value))) return null;
  const nullBitmap = new Uint8Array(Math.ceil(rows / 8));
  const places: number[] = [];
  for (const [row, level] of dlevels.entries()) {
    if (level !== present) continue;
    places.push(row);
    nullBitmap[row >> 3] = (nullBitmap[row >> 3] ?? 0) | (1 << (row & 7));
  }
  const type = arrowType(column.type.dataType);
  const layout = { length: rows, nullCount: rows - places.length, nullBitmap };
  if (column.type.physical === 'BYTE_ARRAY')
    return makeData({ type, ...layout, ...bytesOf(values as readonly Buffer[], places, rows) } as never);
  return makeData({ type, ...layout, data: fixedWidth(column, values, places, rows) } as never);
}

function fits({ type }: LegacyColumn, value: unknown): boolean {
  switch (type.physical) {
    case 'BOOLEAN':
      return typeof value === 'boolean';
    case 'INT64':
      return typeof value === 'bigint' && BigInt.asIntN(64, value * BigInt(type.microsPerUnit)) === value * BigInt(type.microsPerUnit);
    case 'BYTE_ARRAY':
      return Buffer.isBuffer(value);
    default:
      return typeof value === 'number';
  }
}

function fixedWidth({ type }: LegacyColumn, values: readonly unknown[], places: readonly number[], rows: number) {
  switch (type.physical) {
    case 'BOOLEAN': {
      const bits = new Uint8Array(Math.ceil(rows / 8));
      for (const [index, row] of places.entries()) if (values[index] === true) bits[row >> 3] = (bits[row >> 3] ?? 0) | (1 << (row & 7));
      return bits;
    }
    case 'INT64': {
      const data = new BigInt64Array(rows);
      for (const [index, row] of places.entries()) data[row] = (values[index] as bigint) * BigInt(type.microsPerUnit);
      return data;
    }
    default: {
      const data =
        type.physical === 'INT32' ? new Int32Array(rows) : type.physical === 'FLOAT' ? new Float32Array(rows) : new Float64Array(rows);
      for (const [index, row] of places.entries()) data[row] = values[index] as number;
      return data;
    }
  }
}

function bytesOf(values: readonly Buffer[], places: readonly number[], rows: number): { valueOffsets: Int32Array; data: Buffer } {
  const lengths = new Int32Array(rows);
  for (const [index, row] of places.entries()) lengths[row] = values[index]?.length ?? 0;
  const valueOffsets = new Int32Array(rows + 1);
  for (let row = 0; row < rows; row += 1) valueOffsets[row + 1] = (valueOffsets[row] ?? 0) + (lengths[row] ?? 0);
  return { valueOffsets, data: Buffer.concat(values) };
}

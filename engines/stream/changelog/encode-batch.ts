import { Field, Schema } from 'apache-arrow';
import { assert, type DataType, type ResultColumn } from '../../../spi/index.ts';
import { arrowType, encodeRecordBatchMetadata, encodeSchemaMessage } from '../../../runtime/arrow/index.ts';
import { type Batch } from './batch.ts';
import { type Column, gatherColumn } from './column.ts';
import type { TextPool } from './text-pool.ts';

const CONTINUATION = 0xffffffff;
const PREFIX_BYTES = 8;

/** A bare NULL goes out as an integer, as from the other engines. */
const carriedType = (type: DataType): DataType => (type.kind === 'null' ? { kind: 'integer' } : type);

/** Returns the frame with which a result begins. */
export function encodeResultSchema(columns: readonly ResultColumn[]): Uint8Array {
  return encodeSchemaMessage(
    new Schema(columns.map((column) => new Field(column.name, arrowType(carriedType(column.type)), column.nullable))),
  );
}

/** Returns the rows of a batch as a record batch frame; a row of weight n stands n times.
 *  @throws INTERNAL_INVARIANT when a row is taken away */
export function encodeBatch(batch: Batch, columns: readonly ResultColumn[], pool: TextPool): Uint8Array {
  const { rows, columns: values } = repeatRows(batch);
  const nodes: { length: number; nullCount: number }[] = [];
  const bodies: Uint8Array[] = [];
  values.forEach((column, position) => {
    const nullCount = column.valid === null ? 0 : rows - countOnes(column.valid, rows);
    nodes.push({ length: rows, nullCount });
    bodies.push(nullCount === 0 || column.valid === null ? new Uint8Array(0) : packBits(column.valid, rows));
    bodies.push(...encodeValues(column, rows, columns[position]?.type.kind === 'decimal', pool));
  });
  let bodyBytes = 0;
  const buffers = bodies.map((body) => {
    const range = { offset: bodyBytes, length: body.byteLength };
    bodyBytes += (body.byteLength + 7) & ~7;
    return range;
  });
  const metadata = encodeRecordBatchMetadata({ rows, nodes, buffers, bodyBytes });
  const bodyAt = (PREFIX_BYTES + metadata.byteLength + 7) & ~7;
  const frame = new Uint8Array(bodyAt + bodyBytes);
  const view = new DataView(frame.buffer);
  view.setUint32(0, CONTINUATION, true);
  view.setInt32(4, bodyAt - PREFIX_BYTES, true);
  frame.set(metadata, PREFIX_BYTES);
  bodies.forEach((body, index) => {
    frame.set(body, bodyAt + (buffers[index]?.offset ?? 0));
  });
  return frame;
}

function repeatRows(batch: Batch): Batch {
  const { weights, rows, columns } = batch;
  if (weights?.every((weight) => weight === 1) !== false) return batch;
  const positions: number[] = [];
  for (let row = 0; row < rows; row += 1) {
    const weight = weights[row] as number;
    assert(weight > 0, 'the rows of a bounded result are not taken away');
    for (let copy = 0; copy < weight; copy += 1) positions.push(row);
  }
  const chosen = Int32Array.from(positions);
  return { rows: chosen.length, columns: columns.map((column) => gatherColumn(column, chosen)), weights: null };
}

function countOnes(bytes: Uint8Array, rows: number): number {
  let ones = 0;
  for (let row = 0; row < rows; row += 1) ones += bytes[row] as number;
  return ones;
}

function packBits(bytes: Uint8Array, rows: number): Uint8Array {
  const bits = new Uint8Array((rows + 7) >> 3);
  for (let row = 0; row < rows; row += 1) if (bytes[row] === 1) bits[row >> 3] = (bits[row >> 3] as number) | (1 << (row & 7));
  return bits;
}

function encodeValues(column: Column, rows: number, isDecimal: boolean, pool: TextPool): readonly Uint8Array[] {
  const { kind, values } = column;
  if (kind === 'boolean') return [packBits(values as Uint8Array, rows)];
  if (kind === 'text') return encodeTexts(column, rows, pool);
  if (kind === 'int64' && isDecimal) return [bytesOf(widenDecimals(values as Int32Array, rows))];
  return [bytesOf(values)];
}

function bytesOf({ buffer, byteOffset, byteLength }: Column['values']): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function widenDecimals(lanes: Int32Array, rows: number): Int32Array {
  const wide = new Int32Array(rows * 4);
  for (let row = 0; row < rows; row += 1) {
    const high = lanes[row * 2 + 1] as number;
    wide[row * 4] = lanes[row * 2] as number;
    wide[row * 4 + 1] = high;
    wide[row * 4 + 2] = high >> 31;
    wide[row * 4 + 3] = high >> 31;
  }
  return wide;
}

function encodeTexts({ values, valid }: Column, rows: number, pool: TextPool): readonly Uint8Array[] {
  const offsets = new Int32Array(rows + 1);
  for (let row = 0; row < rows; row += 1) {
    const isNull = valid !== null && valid[row] === 0;
    offsets[row + 1] = (offsets[row] as number) + (isNull ? 0 : pool.byteLength(values[row] as number));
  }
  const bytes = new Uint8Array(offsets[rows] as number);
  for (let row = 0; row < rows; row += 1) {
    if (valid === null || valid[row] === 1) pool.copyTo(values[row] as number, bytes, offsets[row] as number);
  }
  return [bytesOf(offsets), bytes];
}

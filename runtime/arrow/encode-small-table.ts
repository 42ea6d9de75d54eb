import { Field, Schema } from 'apache-arrow';
import { type DataType, PlatformError } from '../../spi/index.ts';
import { arrowType } from './arrow-type.ts';
import { framePrefixBytes, writeFramePrefix } from './encapsulate-message.ts';
import { encodeRecordBatchMetadata } from './encode-record-batch-metadata.ts';
import { encodeSchemaMessage } from './encode-schema-message.ts';

/** A column of a small table; the types are varchar, bigint, double, boolean, timestamp and timestamptz. */
export interface SmallTableColumn {
  readonly name: string;
  readonly type: DataType;
}

/** A value: text of any type but boolean (numbers as digits, timestamps as microseconds since the epoch), or the value itself. */
export type SmallTableValue = string | number | bigint | boolean | null;

function bitmap(flags: readonly boolean[]): Uint8Array {
  const bytes = new Uint8Array((flags.length + 7) >> 3);
  flags.forEach((flag, index) => {
    if (flag) bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (1 << (index & 7));
  });
  return bytes;
}

function textBuffers(values: readonly SmallTableValue[]): readonly Uint8Array[] {
  const texts = values.map((value) => Buffer.from(value === null ? '' : String(value), 'utf8'));
  const offsets = new Int32Array(values.length + 1);
  texts.forEach((text, index) => {
    offsets[index + 1] = (offsets[index] ?? 0) + text.byteLength;
  });
  return [new Uint8Array(offsets.buffer), Buffer.concat(texts)];
}

function valueBuffers(column: SmallTableColumn, values: readonly SmallTableValue[]): readonly Uint8Array[] {
  switch (column.type.kind) {
    case 'varchar':
      return textBuffers(values);
    case 'boolean':
      return [bitmap(values.map((value) => value === true || value === 'true'))];
    case 'double':
      return [new Uint8Array(Float64Array.from(values, (value) => Number(value)).buffer)];
    case 'bigint':
    case 'timestamp':
    case 'timestamptz':
      return [new Uint8Array(BigInt64Array.from(values, (value) => BigInt(value ?? 0)).buffer)];
    default:
      throw new PlatformError('ENGINE_UNSUPPORTED', `small tables have no columns of type ${column.type.kind} ("${column.name}")`);
  }
}

/** Returns a handful of rows as frames: the schema, then one record batch, even for no rows.
 *  Shape: rows by position of the columns. */
export function encodeSmallTable(
  columns: readonly SmallTableColumn[],
  rows: readonly (readonly SmallTableValue[])[],
): readonly Uint8Array[] {
  const nodes: { length: number; nullCount: number }[] = [];
  const bodies: Uint8Array[] = [];
  columns.forEach((column, index) => {
    const values = rows.map((row) => row[index] ?? null);
    const present = values.map((value) => value !== null);
    const nullCount = present.filter((flag) => !flag).length;
    nodes.push({ length: rows.length, nullCount });
    bodies.push(nullCount === 0 ? new Uint8Array(0) : bitmap(present), ...valueBuffers(column, values));
  });
  let bodyBytes = 0;
  const buffers = bodies.map((body) => {
    const range = { offset: bodyBytes, length: body.byteLength };
    bodyBytes += (body.byteLength + 7) & ~7;
    return range;
  });
  const metadata = encodeRecordBatchMetadata({ rows: rows.length, nodes, buffers, bodyBytes });
  const frame = new Uint8Array(framePrefixBytes(metadata) + bodyBytes);
  const bodyOffset = writeFramePrefix(frame, metadata);
  bodies.forEach((body, index) => {
    frame.set(body, bodyOffset + (buffers[index]?.offset ?? 0));
  });
  const schema = new Schema(columns.map((column) => new Field(column.name, arrowType(column.type), true)));
  return [encodeSchemaMessage(schema), frame];
}

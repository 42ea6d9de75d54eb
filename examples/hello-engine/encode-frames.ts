import {
  type DataType as ArrowType,
  Bool,
  Field,
  Float64,
  Int32,
  Int64,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { type DataType, type PlanOutput, PlatformError } from '../../spi/index.ts';
import type { Row, Value } from './row.ts';

/** Bytes of the marker with which an Arrow stream ends; whoever hands the result on writes it after the last frame. */
const END_OF_STREAM_BYTES = 8;

/** Encodes rows as Arrow IPC messages: the schema first, even without rows, then record batches. The names are those of the plan's output,
 *  which may repeat; an error on the way is thrown, so that no result looks complete that is not. */
export async function* encodeFrames(
  output: readonly PlanOutput[],
  rows: AsyncIterable<Row>,
  batchRows: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  yield streamOf(
    schemaOf(output, (column) => column.name),
    [],
  ).slice(0, -END_OF_STREAM_BYTES);
  // Batch messages carry no names. Numbering the columns here keeps the writer, which compares names, from taking two alike for one.
  const schema = schemaOf(output, (_column, index) => String(index));
  const openingBytes = streamOf(schema, []).byteLength - END_OF_STREAM_BYTES;
  const batchMessage = (batch: readonly Row[]): Uint8Array =>
    streamOf(schema, [recordBatch(schema, output, batch)]).slice(openingBytes, -END_OF_STREAM_BYTES);
  let pending: Row[] = [];
  for await (const row of rows) {
    pending.push(row);
    if (pending.length < batchRows) continue;
    yield batchMessage(pending);
    pending = [];
  }
  if (pending.length > 0) yield batchMessage(pending);
}

function schemaOf(output: readonly PlanOutput[], nameOf: (column: PlanOutput, index: number) => string): Schema {
  return new Schema(output.map((column, index) => new Field(nameOf(column, index), arrowType(column.type), column.nullable)));
}

/** The writer of apache-arrow makes whole streams only: schema message, batch messages, end marker. */
function streamOf(schema: Schema, batches: readonly RecordBatch[]): Uint8Array {
  const writer = new RecordBatchStreamWriter();
  writer.reset(undefined, schema);
  for (const batch of batches) writer.write(batch);
  writer.finish();
  return writer.toUint8Array(true);
}

function recordBatch(schema: Schema, output: readonly PlanOutput[], rows: readonly Row[]): RecordBatch {
  const children = output.flatMap((column) => {
    const values = rows.map((row): Value => row.get(column.id) ?? null);
    return vectorFromArray(values, arrowType(column.type)).data;
  });
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: rows.length, nullCount: 0, children }));
}

function arrowType(type: DataType): ArrowType {
  switch (type.kind) {
    case 'boolean':
      return new Bool();
    case 'integer':
      return new Int32();
    case 'bigint':
      return new Int64();
    case 'double':
      return new Float64();
    case 'varchar':
      return new Utf8();
    default:
      throw new PlatformError('ENGINE_UNSUPPORTED', `values of type ${type.kind} are not supported`);
  }
}

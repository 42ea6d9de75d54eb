import { Bool, Field, Float64, Int32, Int64, makeData, RecordBatch, RecordBatchStreamWriter, Schema, Struct, Utf8, vectorFromArray } from 'apache-arrow';
import { PlatformError } from 'trivium/spi';

/** Values are null, booleans, numbers, bigints and strings. Any other type is refused before anything runs. */
const ARROW_TYPES = { boolean: Bool, integer: Int32, bigint: Int64, double: Float64, varchar: Utf8 };

const BATCH_ROWS = 8192;

const END_MARKER_BYTES = 8;

/** The error of what an engine does not do. */
export const unsupported = (what) => new PlatformError('ENGINE_UNSUPPORTED', `${what} is not supported`);

/** Returns the Arrow type of a column. */
export function arrowType({ kind }) {
  const Type = ARROW_TYPES[kind];
  if (Type === undefined) throw unsupported(`a value of type ${kind}`);
  return new Type();
}

/** Yields Arrow IPC messages: the schema, also for no rows, then record batches. Names may repeat, which the writer takes badly: batches have numbers. */
export async function* encodeFrames(output, rows) {
  const schemaOf = (nameOf) => new Schema(output.map((column, index) => new Field(nameOf(column, index), arrowType(column.type), column.nullable)));
  const write = (schema, batches) => {
    const writer = new RecordBatchStreamWriter().reset(undefined, schema);
    for (const batch of batches) writer.write(batch);
    return writer.finish().toUint8Array(true).slice(0, -END_MARKER_BYTES);
  };
  yield write(schemaOf(({ name }) => name), []);
  const schema = schemaOf((_, index) => String(index));
  const encode = (batch) => {
    const children = output.map(({ id, type }) => vectorFromArray(batch.map((row) => row.get(id) ?? null), arrowType(type)).data[0]);
    const data = makeData({ type: new Struct(schema.fields), length: batch.length, nullCount: 0, children });
    return write(schema, [new RecordBatch(schema, data)]).slice(write(schema, []).byteLength);
  };
  let batch = [];
  for await (const row of rows) {
    if (batch.push(row) < BATCH_ROWS) continue;
    yield encode(batch);
    batch = [];
  }
  if (batch.length > 0) yield encode(batch);
}

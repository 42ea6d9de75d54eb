import { Field, RecordBatchReader, Schema } from 'apache-arrow';
import { encodeSchemaMessage } from '../../../runtime/arrow/index.ts';
import { PlatformError } from '../../../spi/index.ts';

/** Frames of a stream with the names that its columns had. */
export interface RenamedFrames {
  readonly names: readonly string[];
  /** The same frames with the columns named `c0`, `c1`, ... */
  readonly frames: AsyncIterable<Uint8Array>;
}

/** Reads the schema frame of a stream and gives the columns plain names, because names of results may repeat and those of a table may not.
 *  @throws STORAGE_FILE when the stream does not begin with a sound schema */
export async function renameColumns(frames: AsyncIterable<Uint8Array>): Promise<RenamedFrames> {
  const iterator = frames[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) throw new PlatformError('STORAGE_FILE', 'The Arrow frames end before their schema.');
  const schema = readSchema(first.value);
  const renamed = new Schema(
    schema.fields.map((field, index) => new Field(`c${String(index)}`, field.type, field.nullable, field.metadata)),
    schema.metadata,
    schema.dictionaries,
  );
  return { names: schema.fields.map((field) => field.name), frames: rest(encodeSchemaMessage(renamed), iterator) };
}

function readSchema(frame: Uint8Array): Schema {
  try {
    const reader = RecordBatchReader.from(frame).open({ autoDestroy: false });
    return reader.schema;
  } catch (error) {
    throw new PlatformError('STORAGE_FILE', 'The first Arrow frame is not a schema message.', { cause: error });
  }
}

async function* rest(schemaFrame: Uint8Array, iterator: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield schemaFrame;
  try {
    for (;;) {
      const step = await iterator.next();
      if (step.done === true) return;
      yield step.value;
    }
  } finally {
    await iterator.return?.();
  }
}

import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { RecordBatchReader } from 'apache-arrow';
import { Message } from 'apache-arrow/ipc/metadata/message';
import { encodeSchemaMessage } from '../../../runtime/arrow/index.ts';
import type { FileSource } from '../../../spi/index.ts';
import { fileError } from './file-error.ts';

const FILE_MAGIC = 'ARROW1';
const FILE_MAGIC_BYTES_PADDED = 8;
const END_OF_STREAM = Buffer.from('ffffffff00000000', 'hex');

/** Returns the bytes of an Arrow IPC stream or file as those of a stream.
 *  @throws STORAGE_FILE for a file or stream without its end marker, because its last part may be missing */
export async function arrowFileBytes(source: Pick<FileSource, 'path' | 'format'>): Promise<AsyncIterable<Uint8Array>> {
  const handle = await open(source.path);
  try {
    const { size } = await handle.stat();
    const start = await readAt(handle, 0, FILE_MAGIC_BYTES_PADDED);
    const end = await readAt(handle, Math.max(0, size - END_OF_STREAM.length), END_OF_STREAM.length);
    if (!start.toString('latin1').startsWith(FILE_MAGIC)) {
      if (!end.equals(END_OF_STREAM)) throw fileError(source, 'is not an Arrow stream, or is cut off: it has no end-of-stream marker');
      return createReadStream(source.path);
    }
    if (!end.toString('latin1').endsWith(FILE_MAGIC)) throw fileError(source, `is cut off: it does not end with "${FILE_MAGIC}"`);
    const body = createReadStream(source.path, { start: FILE_MAGIC_BYTES_PADDED });
    return (await beginsWithSchema(handle)) ? body : withSchema(await footerSchema(source), body);
  } finally {
    await handle.close();
  }
}

type Handle = Awaited<ReturnType<typeof open>>;

async function readAt(handle: Handle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  await handle.read(bytes, 0, length, position);
  return bytes;
}

/** Some writers, apache-arrow for JavaScript among them, put the schema of a file into its footer only. */
async function beginsWithSchema(handle: Handle): Promise<boolean> {
  const prefix = await readAt(handle, FILE_MAGIC_BYTES_PADDED, 8);
  const length = prefix.readInt32LE(4);
  if (length < 8 || length > 1 << 24) return true;
  try {
    return Message.decode(await readAt(handle, FILE_MAGIC_BYTES_PADDED + 8, length)).isSchema();
  } catch {
    // Not a message at all: the reader of the stream tells what is wrong.
    return true;
  }
}

async function footerSchema(source: Pick<FileSource, 'path' | 'format'>): Promise<Uint8Array> {
  try {
    const handle = await open(source.path);
    const reader = await RecordBatchReader.from(handle);
    await reader.open();
    const frame = encodeSchemaMessage(reader.schema);
    await reader.cancel();
    await handle.close();
    return frame;
  } catch (error) {
    throw fileError(source, 'has no schema, neither at its start nor in its footer', error);
  }
}

async function* withSchema(schemaFrame: Uint8Array, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield schemaFrame;
  yield* body;
}

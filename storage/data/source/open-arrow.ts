import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Connection, quoteName } from '../../../runtime/duckdb/index.ts';
import type { FileSource } from '../../../spi/index.ts';
import { refuseOptions } from './csv-dialect.ts';
import { fileError } from './file-error.ts';
import type { SourceRelation } from './source-relation.ts';
import { typedColumns } from './typed-columns.ts';

const TABLE = 'arrow_source';
const FILE_MAGIC = 'ARROW1';
const END_OF_STREAM = Buffer.from('ffffffff00000000', 'hex');

/** Takes an Arrow IPC stream or file into a temporary table.
 *  @throws STORAGE_FILE, also for a stream without its end marker, because its last part may be missing; STORAGE_UNSUPPORTED */
export async function openArrow(connection: Connection, source: FileSource): Promise<SourceRelation> {
  refuseOptions(source.options, 'arrow');
  await checkEnd(source);
  await connection.ingest(TABLE, createReadStream(source.path));
  const from = `temp.${quoteName(TABLE)}`;
  return { from, named: true, columns: await typedColumns(connection, from) };
}

async function checkEnd(source: FileSource): Promise<void> {
  const file = await open(source.path);
  try {
    const { size } = await file.stat();
    const start = Buffer.alloc(FILE_MAGIC.length);
    const end = Buffer.alloc(END_OF_STREAM.length);
    await file.read(start, 0, start.length, 0);
    await file.read(end, 0, end.length, Math.max(0, size - end.length));
    if (start.toString('latin1') === FILE_MAGIC) {
      if (!end.toString('latin1').endsWith(FILE_MAGIC)) throw fileError(source, `is cut off: it does not end with "${FILE_MAGIC}"`);
    } else if (!end.equals(END_OF_STREAM)) throw fileError(source, 'is not an Arrow stream, or is cut off: it has no end-of-stream marker');
  } finally {
    await file.close();
  }
}

import { type Connection, quoteName } from '../../../runtime/duckdb/index.ts';
import type { FileSource } from '../../../spi/index.ts';
import { arrowFileBytes } from './arrow-file-bytes.ts';
import { refuseOptions } from './csv-dialect.ts';
import type { SourceRelation } from './source-relation.ts';
import { typedColumns } from './typed-columns.ts';

const TABLE = 'arrow_source';

/** Takes an Arrow IPC stream or file into a temporary table. @throws STORAGE_FILE, STORAGE_UNSUPPORTED */
export async function openArrow(connection: Connection, source: FileSource): Promise<SourceRelation> {
  refuseOptions(source.options, 'arrow');
  await connection.ingest(TABLE, await arrowFileBytes(source));
  const from = `temp.${quoteName(TABLE)}`;
  return { from, named: true, columns: await typedColumns(connection, from) };
}

import { type Connection, quoteName } from '../../../runtime/duckdb/index.ts';
import type { FileSource } from '../../../spi/index.ts';
import { refuseOptions } from '../source/csv-dialect.ts';
import type { SourceRelation } from '../source/source-relation.ts';
import { typedColumns } from '../source/typed-columns.ts';
import { checkLegacyFile } from './check-legacy-file.ts';
import { readLegacyFile } from './read-legacy-file.ts';

const TABLE = 'legacy_source';

/** Takes a legacy Parquet file into a temporary table, read by parquetjs-lite.
 *  @throws STORAGE_LOSSY when it would not be read right, STORAGE_FILE when it is damaged */
export async function openLegacyParquet(connection: Connection, source: FileSource): Promise<SourceRelation> {
  refuseOptions(source.options, 'parquet_legacy');
  const file = await checkLegacyFile(source);
  await connection.ingest(TABLE, readLegacyFile(source, file));
  const from = `temp.${quoteName(TABLE)}`;
  const columns = await typedColumns(connection, from);
  return { from, named: true, columns: columns.map((column, index) => ({ ...column, name: file.columns[index]?.name ?? column.name })) };
}

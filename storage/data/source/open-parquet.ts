import { type Connection, quoteText } from '../../../runtime/duckdb/index.ts';
import type { FileSource } from '../../../spi/index.ts';
import { refuseOptions } from './csv-dialect.ts';
import type { SourceRelation } from './source-relation.ts';
import { typedColumns } from './typed-columns.ts';

/** Opens a Parquet file. @throws STORAGE_FILE */
export async function openParquet(connection: Connection, source: FileSource, linkPath: string): Promise<SourceRelation> {
  refuseOptions(source.options, 'parquet');
  const from = `read_parquet(${quoteText(linkPath)}, hive_partitioning = false)`;
  return { from, named: true, columns: await typedColumns(connection, from) };
}

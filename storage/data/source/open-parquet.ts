import { type Connection, quoteText } from '../../../runtime/duckdb/index.ts';
import type { FileSource } from '../../../spi/index.ts';
import { convertTyped } from '../conversion/convert-typed.ts';
import { parseSourceType } from '../conversion/source-type.ts';
import { refuseOptions } from './csv-dialect.ts';
import type { SourceColumn, SourceRelation } from './source-relation.ts';
import { typedColumns } from './typed-columns.ts';
import { zonedNanoColumns } from './zoned-nano-columns.ts';

/** Opens a Parquet file. @throws STORAGE_FILE */
export async function openParquet(connection: Connection, source: FileSource, linkPath: string): Promise<SourceRelation> {
  refuseOptions(source.options, 'parquet');
  const from = `read_parquet(${quoteText(linkPath)}, hive_partitioning = false)`;
  const columns = await typedColumns(connection, from);
  const zonedNanos = columns.some(({ typeName }) => typeName.includes('TIMESTAMP WITH TIME ZONE'))
    ? await zonedNanoColumns(connection, linkPath)
    : new Set();
  return { from, named: true, columns: columns.map((column, place) => (zonedNanos.has(place) ? inNanoseconds(column) : column)) };
}

/** DuckDB has no type for instants in nanoseconds; under a name of its own the type goes with none of ours. */
function inNanoseconds({ name, value, typeName }: SourceColumn): SourceColumn {
  const own = typeName.replaceAll('TIMESTAMP WITH TIME ZONE', 'TIMESTAMP_NS WITH TIME ZONE');
  return { name, value, typeName: own, convert: (to) => convertTyped(value, parseSourceType(own), to) };
}

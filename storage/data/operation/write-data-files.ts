import { pathToFileURL } from 'node:url';
import { type Connection, quoteName, writeParquet } from '../../../runtime/duckdb/index.ts';
import type { DataFile, Field, StagingTarget } from '../../../spi/index.ts';

/** Writes the rows of a relation as data files of the target; `values` are the expressions of the target's columns in order.
 *  @throws SQL_INVALID_VALUE when a column that takes no NULL gets one */
export async function writeDataFiles(
  connection: Connection,
  target: StagingTarget,
  values: readonly string[],
  from: string,
): Promise<readonly DataFile[]> {
  const columns = target.fields.map((field, index) => `${requireValue(values[index] ?? 'NULL', field)} AS ${quoteName(field.name)}`);
  const files = await writeParquet(connection, {
    selectSql: `SELECT ${columns.join(', ')} FROM ${from}`,
    fields: target.fields,
    partitionSpec: target.partitionSpec,
    directory: target.directory,
    fileSizeBytesTarget: target.fileSizeBytesTarget,
  });
  return files.map(({ path, ...facts }) => ({ uri: pathToFileURL(path).href, ...facts }));
}

function requireValue(value: string, field: Field): string {
  return field.nullable ? value : `coalesce(${value}, error('NULL in a column that takes none'))`;
}

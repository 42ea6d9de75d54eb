import { readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  type DataFile,
  type DataType,
  type Field,
  formatType,
  pathToLocation,
  PlatformError,
  type StagingTarget,
} from '../../../spi/index.ts';
import { type Connection, quoteName, writeParquet } from '../../../runtime/duckdb/index.ts';

/** Writes the rows of a relation as data files of the target; `values` are the expressions of the target's columns in order.
 *  @throws SQL_INVALID_VALUE when a column that takes no NULL gets one, STORAGE_UNSUPPORTED for bytes of fixed length */
export async function writeDataFiles(
  connection: Connection,
  target: StagingTarget,
  values: readonly string[],
  from: string,
): Promise<readonly DataFile[]> {
  const files = await writeParquet(connection, {
    selectSql: selectTarget(target, values, from),
    fields: target.fields,
    partitionSpec: target.partitionSpec,
    ...(target.sortOrder === undefined ? {} : { sortOrder: target.sortOrder }),
    directory: target.directory,
    fileSizeBytesTarget: target.fileSizeBytesTarget,
    ordered: target.oneFile === true,
  });
  const moved = await Promise.all(files.map(({ path, ...facts }) => moveUp(path, target.directory).then((uri) => ({ uri, ...facts }))));
  if (target.partitionSpec.fields.length > 0) await removeFolders(target.directory);
  return moved;
}

/** Returns the query of a target's columns in order, made of the expressions of their values.
 *  @throws STORAGE_UNSUPPORTED for bytes of fixed length */
export function selectTarget({ fields }: StagingTarget, values: readonly string[], from: string): string {
  const fixed = fields.find((field) => holdsFixed(field.type));
  if (fixed !== undefined) {
    throw new PlatformError(
      'STORAGE_UNSUPPORTED',
      `Column "${fixed.name}" of type ${formatType(fixed.type)} cannot be written; use varbinary.`,
    );
  }
  const columns = fields.map((field, index) => `${requireValue(values[index] ?? 'NULL', field)} AS ${quoteName(field.name)}`);
  return `SELECT ${columns.join(', ')} FROM ${from}`;
}

/** Folders of partitions are named after values, with signs that other readers of Iceberg do not find again in a location. */
async function moveUp(path: string, directory: string): Promise<string> {
  const plainPath = join(directory, basename(path));
  if (plainPath !== path) await rename(path, plainPath);
  return pathToLocation(plainPath);
}

async function removeFolders(directory: string): Promise<void> {
  const entries = await readdir(directory, { withFileTypes: true });
  await Promise.all(entries.filter((entry) => entry.isDirectory()).map((entry) => rm(join(directory, entry.name), { recursive: true })));
}

/** Iceberg wants FIXED_LEN_BYTE_ARRAY for them, which DuckDB does not write. */
function holdsFixed(type: DataType): boolean {
  switch (type.kind) {
    case 'list':
      return holdsFixed(type.element);
    case 'map':
      return holdsFixed(type.key) || holdsFixed(type.value);
    case 'struct':
      return type.fields.some((field) => holdsFixed(field.type));
    default:
      return type.kind === 'fixed';
  }
}

function requireValue(value: string, field: Field): string {
  return field.nullable ? value : `coalesce(${value}, error('NULL in a column that takes none'))`;
}

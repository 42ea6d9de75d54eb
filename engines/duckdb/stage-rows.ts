import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type DataFile, pathToLocation, type PlanNode, type StagingTarget } from '../../spi/index.ts';
import { type Connection, writeParquet, type WriteParquetOptions } from '../../runtime/duckdb/index.ts';
import { printQuery } from './print-query.ts';
import type { QueryMessage } from './query-message.ts';
import { writeBack } from './write-back.ts';

/** Runs a query and stages its rows (columns by position) as Parquet files, synced.
 *  Guarantees: a query that sorts at the top gives one file in its order.
 *  @throws SQL_INVALID_VALUE for NULL in a column that is not nullable, and whatever the query throws */
export async function stageRows(connection: Connection, message: QueryMessage, target: StagingTarget): Promise<readonly DataFile[]> {
  const statement = printQuery(message);
  const options: WriteParquetOptions = {
    selectSql: statement.sql,
    parameters: statement.parameters,
    fields: target.fields,
    partitionSpec: target.partitionSpec,
    ...(target.sortOrder === undefined ? {} : { sortOrder: target.sortOrder }),
    directory: target.directory,
    fileSizeBytesTarget: target.fileSizeBytesTarget,
    ordered: target.oneFile === true || isOrdered(message.plan.root),
  };
  const written = await writeBack(target.directory, () => writeParquet(connection, options));
  await syncAll(
    written.map((file) => file.path),
    target.directory,
  );
  return written.map(({ path, ...file }) => ({ ...file, uri: pathToLocation(path) }));
}

/** Returns whether a plan's rows come in an order. */
export function isOrdered(root: PlanNode): boolean {
  if (root.kind === 'sort') return true;
  return (
    (root.kind === 'project' || root.kind === 'limit' || root.kind === 'with') && isOrdered(root.kind === 'with' ? root.body : root.input)
  );
}

/** Files and the directories that name them survive a power cut from here on. */
async function syncAll(files: readonly string[], root: string): Promise<void> {
  const directories = new Set([root]);
  for (const file of files) {
    for (let directory = dirname(file); directory.length > root.length; directory = dirname(directory)) directories.add(directory);
  }
  await Promise.all([...files, ...directories].map(sync));
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

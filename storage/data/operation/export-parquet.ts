import { type Connection, quoteName, quoteText } from '../../../runtime/duckdb/index.ts';
import type { OperationDatabases } from './operation-databases.ts';
import { type PublishedFile, publishFile } from './publish-file.ts';
import { renameColumns } from './rename-columns.ts';

/** Writes Arrow frames as one Parquet file. @see DataService.exportParquet */
export function exportParquet(
  databases: OperationDatabases,
  path: string,
  frames: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<PublishedFile> {
  return publishFile(path, signal, (temporaryPath) =>
    databases.run([temporaryPath], signal, (connection) => copyFrames(connection, temporaryPath, frames)),
  );
}

async function copyFrames(connection: Connection, path: string, frames: AsyncIterable<Uint8Array>): Promise<number> {
  const { names, frames: renamed } = await renameColumns(frames);
  const rows = await connection.ingest('frames', renamed);
  const columns = distinctNames(names).map((name, index) => `c${String(index)} AS ${quoteName(name)}`);
  await connection.execute(`COPY (SELECT ${columns.join(', ')} FROM temp.frames) TO ${quoteText(path)} (FORMAT parquet, COMPRESSION zstd)`);
  return rows;
}

/** Parquet readers look columns up by name: a repeated name gets a number. */
function distinctNames(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    let distinct = name;
    for (let number = 1; taken.has(distinct.toLowerCase()) || distinct === ''; number += 1) distinct = `${name}_${String(number)}`;
    taken.add(distinct.toLowerCase());
    return distinct;
  });
}

import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Connection, deletedPlacesSql, quoteText } from '../../../runtime/duckdb/index.ts';
import { assert, type DataFile, locationToPath, pathToLocation, type RowDelete, type StagingTarget } from '../../../spi/index.ts';
import { printVectorFile } from '../../iceberg/puffin/print-vector-file.ts';
import type { OperationDatabases } from './operation-databases.ts';
import { renameColumns } from './rename-columns.ts';

const TABLE = 'positions';

/** Position deletes and deletion vectors that data files have, by location. */
export type EarlierDeletes = Readonly<Record<string, readonly RowDelete[]>>;

/** Writes Arrow frames of locations and positions as one Puffin file, with a vector for each data file that holds what was deleted before too.
 *  @see DataService.writeDeletionVectors */
export function writeDeletionVectors(
  databases: OperationDatabases,
  { directory }: StagingTarget,
  earlier: EarlierDeletes,
  frames: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<readonly DataFile[]> {
  const reach = Object.values(earlier).flatMap((deletes) => deletes.flatMap((each) => (each.kind === 'position' ? [each.uri] : [])));
  return databases.run([directory, ...new Set(reach.map(locationToPath))], signal, async (connection) => {
    const renamed = await renameColumns(frames);
    await connection.ingest(TABLE, renamed.frames);
    const marked = await connection.queryRows(`SELECT c0 AS location, count(DISTINCT c1) AS rows FROM temp.${TABLE} GROUP BY 1 ORDER BY 1`);
    const files: { readonly location: string; readonly rows: number; readonly positions: readonly number[] }[] = [];
    for (const { location, rows } of marked) {
      assert(typeof location === 'string', 'a location is a text');
      files.push({ location, rows: Number(rows), positions: await mergedPositions(connection, location, earlier[location] ?? []) });
    }
    if (files.length === 0) return [];
    const { bytes, vectors } = printVectorFile(files);
    const path = join(directory, `${randomUUID()}.puffin`);
    await writeFile(path, bytes, { flag: 'wx' });
    return vectors.map(
      ({ location, ...vector }, index): DataFile => ({
        uri: pathToLocation(path),
        rows: files[index]?.rows ?? 0,
        bytes: bytes.byteLength,
        partition: [],
        columns: [],
        deletes: location,
        vector,
      }),
    );
  });
}

async function mergedPositions(connection: Connection, location: string, deletes: readonly RowDelete[]): Promise<readonly number[]> {
  const before = deletedPlacesSql({ location, deletes });
  const marked = `SELECT c1 AS place FROM temp.${TABLE} WHERE c0 = ${quoteText(location)}`;
  const all = before === null ? marked : `${marked} UNION ALL ${before}`;
  const rows = await connection.queryRows(`SELECT DISTINCT place FROM (${all}) ORDER BY 1`);
  return rows.map(({ place }) => Number(place));
}

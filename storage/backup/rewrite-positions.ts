import { rename, rm, stat } from 'node:fs/promises';
import { assert } from '../../spi/index.ts';
import { escapeGlob, openDatabase, quoteText } from '../../runtime/duckdb/index.ts';
import { localFileSystem } from '../file/local-file-system.ts';
import { FILE_PATH_ID, POS_ID } from '../iceberg/manifest/referenced-path.ts';

/** Gives the data files that a position delete file names other locations, and syncs it. Returns its new length in bytes. */
export async function rewritePositions(path: string, newLocation: (location: string) => string): Promise<number> {
  const written = `${path}.new`;
  const database = openDatabase({ config: { threads: '1' } });
  try {
    const connection = database.connect();
    const source = `read_parquet(${quoteText(escapeGlob(path))}, hive_partitioning = false)`;
    const found = await connection.queryRows(`SELECT DISTINCT file_path AS location FROM ${source}`);
    const pairs = found.map(({ location }) => {
      assert(typeof location === 'string', 'a location is a text');
      return `(${quoteText(location)}, ${quoteText(newLocation(location))})`;
    });
    const moved = `SELECT m.moved AS file_path, r.pos AS pos FROM ${source} AS r JOIN (VALUES ${pairs.join(', ')}) AS m(location, moved)`;
    const ids = `FIELD_IDS {file_path: ${String(FILE_PATH_ID)}, pos: ${String(POS_ID)}}`;
    await connection.execute(
      `COPY (${moved} ON r.file_path = m.location ORDER BY 1, 2) TO ${quoteText(written)} (FORMAT parquet, COMPRESSION zstd, ${ids})`,
    );
  } finally {
    await database.close();
  }
  await localFileSystem().sync(written);
  await rename(written, path).catch(async (error: unknown) => {
    await rm(written, { force: true });
    throw error;
  });
  return (await stat(path)).size;
}

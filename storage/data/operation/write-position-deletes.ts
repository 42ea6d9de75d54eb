import { assert, type DataFile, type Field, pathToLocation, type StagingTarget } from '../../../spi/index.ts';
import { quoteText, writeParquet } from '../../../runtime/duckdb/index.ts';
import { FILE_PATH_ID, POS_ID } from '../../iceberg/manifest/referenced-path.ts';
import type { OperationDatabases } from './operation-databases.ts';
import { renameColumns } from './rename-columns.ts';

const TABLE = 'positions';

/** @see Iceberg spec, "Position Delete Files" */
const FIELDS: readonly Field[] = [
  { id: FILE_PATH_ID, name: 'file_path', type: { kind: 'varchar' }, nullable: false },
  { id: POS_ID, name: 'pos', type: { kind: 'bigint' }, nullable: false },
];

/** Writes Arrow frames of locations and positions as position delete files, one for each data file, sorted by position. @see DataService.writePositionDeletes */
export function writePositionDeletes(
  databases: OperationDatabases,
  { directory, fileSizeBytesTarget }: StagingTarget,
  frames: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<readonly DataFile[]> {
  return databases.run([directory], signal, async (connection) => {
    const renamed = await renameColumns(frames);
    await connection.ingest(TABLE, renamed.frames);
    const files: DataFile[] = [];
    for (const { location } of await connection.queryRows(`SELECT DISTINCT c0 AS location FROM temp.${TABLE} ORDER BY 1`)) {
      assert(typeof location === 'string', 'a location is a text');
      const written = await writeParquet(connection, {
        selectSql: `SELECT c0, c1 FROM temp.${TABLE} WHERE c0 = ${quoteText(location)} ORDER BY c1`,
        fields: FIELDS,
        partitionSpec: { specId: 0, fields: [] },
        directory,
        fileSizeBytesTarget,
        ordered: true,
      });
      files.push(...written.map(({ path: file, ...facts }) => ({ ...facts, uri: pathToLocation(file), deletes: location })));
    }
    return files;
  });
}

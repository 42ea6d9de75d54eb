import { join } from 'node:path';
import { assert, type DataFile, type Field, PlatformError, type StreamRecord, type TableRef, type TableSpec } from '../../../spi/index.ts';
import { MetadataReader } from '../../../storage/catalog/metadata-reader.ts';
import { StoredCatalog } from '../../../storage/catalog/stored-catalog.ts';
import type { CommitterParts } from '../../../storage/committer/committer-parts.ts';
import type { CommitterRequest } from '../../../storage/committer/committer-request.ts';
import { openCommitterParts } from '../../../storage/committer/open-committer-parts.ts';
import { runRequest } from '../../../storage/committer/run-request.ts';
import { localFileSystem } from '../../../storage/file/local-file-system.ts';
import { verifyTable } from '../../../storage/verify/verify-table.ts';
import { writeParquet } from '../../unit/storage/fixture/stage-rows.ts';
import { type DiskMutant, FaultyDisk } from './faulty-disk.ts';

const FIELDS: readonly Field[] = [{ id: 1, name: 'id', type: { kind: 'bigint' }, nullable: true }];

/** Rows of the file that every write adds. */
export const FILE_ROWS = 3;

/** A table of one column. */
export const tableSpec = (name: string): TableSpec => ({
  name: { schema: 'main', name },
  columns: FIELDS,
  partitioning: [],
  properties: {},
  comment: null,
});

/** Rows of all tables by name. */
export type TableRows = Readonly<Record<string, number>>;

/** A warehouse on a faulty disk: tables `a` and `b`, a stream with its two tables. */
export interface Arena {
  readonly disk: FaultyDisk;
  readonly parts: CommitterParts;
  readonly template: DataFile;
  readonly stream: StreamRecord;
  run(request: CommitterRequest): Promise<unknown>;
  tableRef(name: string): TableRef;
  /** Reads all tables as a new process would, each file of them against its checksum.
   *  @throws STORAGE_CORRUPT */
  rows(): Promise<TableRows>;
}

/** Makes the warehouse. Whoever opens it closes `parts.store`. */
export async function openArena(directory: string, mutant: DiskMutant | null): Promise<Arena> {
  const warehouse = join(directory, 'warehouse');
  await localFileSystem().makeDirectory(warehouse);
  const disk = new FaultyDisk(warehouse, mutant);
  const parts = await openCommitterParts(warehouse, 3, disk.files);
  for (const name of ['a', 'b']) {
    await runRequest(parts, { operationId: `make-${name}`, kind: 'create_table', spec: tableSpec(name), ifExists: 'fail' });
  }
  const view = {
    result: tableSpec('v'),
    late: tableSpec('v_late'),
    sql: 'SELECT 1',
    defaultSchema: 'main',
    timeZone: 'UTC',
    fingerprint: 'f',
  };
  const stream = (await runRequest(parts, { operationId: 'make-v', kind: 'create_stream', stream: view })) as unknown as StreamRecord;
  return {
    disk,
    parts,
    stream,
    template: await writeParquet(join(directory, 'rows.parquet'), FIELDS, `SELECT i AS id FROM range(${String(FILE_ROWS)}) r(i)`),
    run: (request) => runRequest({ ...parts, metadata: new MetadataReader(disk.files) }, request),
    tableRef: (name) => {
      const pointer = parts.store.relation({ schema: 'main', name });
      assert(pointer !== null, 'the table is there');
      return { schema: 'main', name, uuid: pointer.uuid };
    },
    rows: () => readRows(parts),
  };
}

async function readRows({ store }: CommitterParts): Promise<TableRows> {
  const files = localFileSystem();
  const metadata = new MetadataReader(files);
  const catalog = new StoredCatalog(store, metadata);
  const rows: Record<string, number> = {};
  for (const { name } of store.relations('main')) {
    const found = await catalog.resolve({ schema: 'main', name });
    rows[name] = 0;
    if (found?.kind !== 'table') continue;
    const verified = await verifyTable(files, store, metadata, { schema: 'main', name });
    if (verified.filesWithoutChecksum > 0) throw new PlatformError('STORAGE_CORRUPT', `Checksums of ${name} are missing.`);
    if (verified.files !== found.files || verified.files * FILE_ROWS !== found.rows) {
      throw new PlatformError('STORAGE_CORRUPT', `${name} has ${String(verified.files)} files and ${String(found.rows)} rows.`);
    }
    rows[name] = found.rows;
  }
  return rows;
}

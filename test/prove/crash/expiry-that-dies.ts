import { assert, locationToPath } from '../../../spi/index.ts';
import { MetadataReader } from '../../../storage/catalog/metadata-reader.ts';
import { openCatalogStore } from '../../../storage/catalog-store/open-catalog-store.ts';
import { localFileSystem } from '../../../storage/file/local-file-system.ts';
import { withoutSnapshots } from '../../../storage/iceberg/metadata/change-table-metadata.ts';
import { openWarehouse } from '../../../storage/index.ts';
import { collectGarbage } from '../../../storage/maintenance/collect-garbage.ts';
import { layoutOf } from '../../../storage/warehouse-layout.ts';
import { closedDataService } from '../../unit/storage/fixture/closed-data-service.ts';

/** Program that expires all snapshots of the table `t` but the newest, and is killed at a named point.
 *  Arguments: the warehouse, and the point: `between-commit-and-removal`, or `mutant-files-first`, of an expiry that removes the files before its commit. */
const [directory, point] = process.argv.slice(2);
assert(directory !== undefined, 'the program is told its warehouse');

const warehouse = await openWarehouse({ directory, dataService: closedDataService(), onLog: () => undefined });
const found = await warehouse.catalog.resolve({ schema: 'main', name: 't' });
assert(found?.kind === 'table', 'the table was made before');
const { signal } = new AbortController();

if (point === 'mutant-files-first') await removeFiles();
let asked = 0;
// Who reads is asked before snapshots go, and again when the metadata without them is committed.
warehouse.maintenance.protect(() => {
  asked += 1;
  if (asked === 2) process.kill(process.pid, 'SIGKILL');
  return Promise.resolve([]);
});
await warehouse.maintenance.expireSnapshots(found.ref, { olderThanMs: Date.now() + 1000 }, { signal, onProgress: () => undefined });

async function removeFiles(): Promise<void> {
  const store = openCatalogStore(layoutOf(directory ?? '').catalogDirectory, 'read');
  const pointer = store.relation({ schema: 'main', name: 't' });
  const files = localFileSystem();
  const metadata = new MetadataReader(files);
  const table = await metadata.table(pointer?.metadataLocation ?? '');
  const old = new Set([...table.snapshots.keys()].filter((id) => id !== table.current?.snapshotId));
  const tableDirectory = locationToPath(pointer?.tableLocation ?? '');
  const reading = { files, metadata, tableDirectory, table: withoutSnapshots(table, old), signal };
  await collectGarbage(reading, new Set(), () => Promise.resolve());
  process.kill(process.pid, 'SIGKILL');
}

import { type Channel, type Json, type ServeContext } from '../../runtime/process/index.ts';
import { assert, locationToPath, type OrphanRules, type Progress, type RestoreRequest, type TableRef } from '../../spi/index.ts';
import { restoreBackup } from '../backup/restore-backup.ts';
import { writeBackup } from '../backup/write-backup.ts';
import { findTable } from '../catalog/find-table.ts';
import { MetadataReader } from '../catalog/metadata-reader.ts';
import { openCatalogStore } from '../catalog-store/open-catalog-store.ts';
import type { FileSystem } from '../file/file-system.ts';
import { liveProcesses } from '../sweep/live-processes.ts';
import { verifyTable } from '../verify/verify-table.ts';
import { layoutOf } from '../warehouse-layout.ts';
import { collectGarbage } from './collect-garbage.ts';
import { removeOrphans } from './remove-orphans.ts';
import type { TableReading } from './table-files.ts';

/** Files between two messages of progress. */
const PROGRESS_STEP = 64;

/** Serves the long works of maintenance, which read and remove files. Progress is sent as JSON in frames.
 *  @param warehouseDirectory absolute path, as the process was told */
export function serveMaintenance(channel: Channel, warehouseDirectory: string | undefined, files: FileSystem): void {
  assert(warehouseDirectory !== undefined, 'a maintenance process is told its warehouse');
  const layout = layoutOf(warehouseDirectory);
  const store = openCatalogStore(layout.catalogDirectory, 'read');
  const metadata = new MetadataReader(files);
  const open = async (table: TableRef, signal: AbortSignal): Promise<{ reading: TableReading; metadataLocation: string }> => {
    const pointer = findTable(store, table);
    const { metadataLocation } = pointer;
    const tableDirectory = locationToPath(pointer.tableLocation);
    return { reading: { files, metadata, tableDirectory, table: await metadata.table(metadataLocation), signal }, metadataLocation };
  };
  channel.serve({
    collectGarbage: async ({ table, pinned }: { table: TableRef; pinned: readonly string[] }, context) => {
      const { reading } = await open(table, context.signal);
      return (await collectGarbage(reading, new Set(pinned), teller(context))) as unknown as Json;
    },
    removeOrphans: async ({ table, rules, staged }: { table: TableRef; rules: OrphanRules; staged: readonly string[] }, { signal }) => {
      const { reading } = await open(table, signal);
      const live = await liveProcesses(files, layout.processesDirectory);
      return (await removeOrphans(
        files,
        reading.tableDirectory,
        () => open(table, signal),
        { live, staged: new Set(staged) },
        rules,
      )) as unknown as Json;
    },
    backup: async ({ folder }: { folder: string }, context) => {
      const { signal } = context;
      return (await writeBackup({ files, store, warehouseDirectory, signal, onProgress: teller(context) }, folder)) as unknown as Json;
    },
    restore: async ({ folder, request }: { folder: string; request: RestoreRequest }, context) => {
      const { signal } = context;
      const work = { files, layout, warehouseDirectory, signal, onProgress: teller(context) };
      return (await restoreBackup(work, folder, request)) as unknown as Json;
    },
    verify: async ({ table }: { table: TableRef }, context) =>
      (await verifyTable(files, store, metadata, table, { signal: context.signal, onProgress: teller(context) })) as unknown as Json,
  });
}

/** Tells the caller how far the work is, now and then. */
function teller(context: ServeContext): (done: number, total: number) => Promise<void> {
  return async (done, total) => {
    if (done % PROGRESS_STEP !== 0 && done !== total) return;
    const progress: Progress = { fraction: total === 0 ? 1 : done / total, rowsRead: 0, tasks: { done, total } };
    await context.send(Buffer.from(JSON.stringify(progress)));
  };
}

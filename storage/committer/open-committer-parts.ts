import { join } from 'node:path';
import { MetadataReader } from '../catalog/metadata-reader.ts';
import { openCatalogStore } from '../catalog-store/open-catalog-store.ts';
import { OldMetadata } from '../commit/old-metadata.ts';
import { Turns } from '../commit/turns.ts';
import type { FileSystem } from '../file/file-system.ts';
import type { CommitterParts } from './committer-parts.ts';
import { layoutOf } from '../warehouse-layout.ts';

/** The schema that every new warehouse has. */
export const DEFAULT_SCHEMA = 'main';

/** Units: milliseconds for which an operation's outcome is kept. */
const OPERATIONS_KEPT_MS = 24 * 3_600_000;

/** Units: milliseconds for which idempotency keys are kept. */
const COMMITS_KEPT_MS = 7 * OPERATIONS_KEPT_MS;

/** Opens a warehouse's catalog for writing; a new one gets the default schema. */
export async function openCommitterParts(warehouseDirectory: string, retriesMax: number, files: FileSystem): Promise<CommitterParts> {
  const layout = layoutOf(warehouseDirectory);
  await files.makeDirectory(layout.catalogDirectory);
  await files.makeDirectory(layout.tablesDirectory);
  const store = openCatalogStore(layout.catalogDirectory, 'write');
  store.update('create-default-schema', (state) => {
    if (state.schemas().length === 0 && state.dropped().length === 0) state.putSchema(DEFAULT_SCHEMA);
    return null;
  });
  store.forgetBefore(Date.now() - OPERATIONS_KEPT_MS, Date.now() - COMMITS_KEPT_MS);
  for (const directory of [layout.catalogDirectory, layout.tablesDirectory, warehouseDirectory, join(warehouseDirectory, '..')]) {
    await files.syncDirectory(directory);
  }
  return {
    store,
    files,
    warehouseDirectory,
    tablesDirectory: layout.tablesDirectory,
    metadata: new MetadataReader(files),
    oldMetadata: new OldMetadata(files),
    turns: new Turns(),
    retriesMax,
  };
}

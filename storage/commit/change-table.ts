import { join } from 'node:path';
import { locationToPath, type TableRef } from '../../spi/index.ts';
import { findTable } from '../catalog/find-table.ts';
import type { CatalogUpdate, RelationPointer } from '../catalog-store/catalog-store.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import { succeedMetadata } from '../iceberg/metadata/change-table-metadata.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { raceUntilWon } from './race-until-won.ts';
import { writeTableMetadata } from './write-table-metadata.ts';

/** Makes the new metadata of a table out of its current one; null when there is nothing to do. It may be asked several times, each time with what is
 *  current then. The metadata log and the time of the change are not its task. */
export type MetadataChange = (metadata: TableMetadata, pointer: RelationPointer) => TableMetadata | null | Promise<TableMetadata | null>;

/** What a change left. */
export interface ChangedTable {
  /** The table as it is after the change. */
  readonly metadata: TableMetadata;
  /** False when there was nothing to do, also because the operation was done before. */
  readonly changed: boolean;
}

/** Changes a table's metadata and none of its rows, in one commit.
 *  Order: the new metadata file and its directory are synced first, then the pointer moves together with the operation's id in one transaction of the
 *  catalog store. An attempt that finds the pointer moved is made again on what is current then, so no other commit is lost.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_NOT_A_TABLE, STORAGE_CONFLICT, STORAGE_IO, and what `change` throws */
export function changeTable(parts: CommitterParts, table: TableRef, operationId: string, change: MetadataChange): Promise<ChangedTable> {
  return parts.turns.take(table.uuid, () => raceUntilWon(parts, [table], () => tryChange(parts, table, operationId, change)));
}

async function tryChange(
  parts: CommitterParts,
  table: TableRef,
  operationId: string,
  change: MetadataChange,
): Promise<ChangedTable | null> {
  const pointer = findTable(parts.store, table);
  const before = await parts.metadata.table(pointer.metadataLocation);
  if (parts.store.hasOperation(operationId)) return { metadata: before, changed: false };
  const changed = await change(before, pointer);
  if (changed === null) return { metadata: before, changed: false };
  const metadata = succeedMetadata(before, changed, pointer.metadataLocation);
  const directory = locationToPath(pointer.tableLocation);
  const { location, bytes } = await writeTableMetadata(parts.files, directory, metadata, pointer.metadataLocation);
  await parts.files.syncDirectory(join(directory, 'metadata'));
  const outcome = parts.store.update(null, (state) => movePointer(state, table, operationId, pointer, location));
  if (outcome !== 'moved') {
    await parts.files.remove(locationToPath(location));
    return outcome === 'done' ? { metadata: before, changed: false } : null;
  }
  parts.metadata.rememberTable(location, metadata, bytes);
  await parts.oldMetadata.letGo(before, metadata);
  return { metadata, changed: true };
}

/** The compare-and-swap, inside one write transaction of the store. */
function movePointer(
  state: CatalogUpdate,
  table: TableRef,
  operationId: string,
  base: RelationPointer,
  location: string,
): 'moved' | 'done' | 'lost' {
  if (state.hasOperation(operationId)) return 'done';
  const current = state.relation(table);
  if (current?.uuid !== table.uuid || current.metadataLocation !== base.metadataLocation) return 'lost';
  state.putRelation({ ...current, metadataLocation: location });
  state.putOperation(operationId);
  return 'moved';
}

import type { TableChange, TableRef } from '../../spi/index.ts';
import { streamTable } from '../catalog/unknown-name.ts';
import { changeTable } from '../commit/change-table.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { setProperties, unsetProperties } from './change-properties.ts';

/** Carries out changes of a table in order, in one commit: all of them or none.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_NOT_A_TABLE for a view and for the tables of a stream, STORAGE_CONFLICT, and what each change can be
 *  refused for */
export async function alterTable(
  parts: CommitterParts,
  operationId: string,
  table: TableRef,
  changes: readonly TableChange[],
): Promise<void> {
  await changeTable(parts, table, operationId, (before, pointer) => {
    if (pointer.stream !== undefined) throw streamTable(pointer);
    const after = changes.reduce(applyChange, before);
    return after === before ? null : after;
  });
}

/** Returns the metadata itself when the change asks for what is so already. */
function applyChange(metadata: TableMetadata, change: TableChange): TableMetadata {
  switch (change.kind) {
    case 'set_properties':
      return setProperties(metadata, change.properties);
    case 'unset_properties':
      return unsetProperties(metadata, change.keys, change.ifExists);
  }
}

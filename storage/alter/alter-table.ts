import { type TableChange, type TableRef } from '../../spi/index.ts';
import { streamTable } from '../catalog/unknown-name.ts';
import { changeTable } from '../commit/change-table.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { changeColumns } from './change-columns.ts';
import { addPartitionField, dropPartitionField, replacePartitionField } from './change-partitioning.ts';
import { changeReference } from './change-references.ts';
import { fastForward } from './fast-forward.ts';
import { setSortOrder } from './set-sort-order.ts';
import { setProperties, setTableComment, unsetProperties } from './change-properties.ts';
import { refuseNulls } from './refuse-nulls.ts';

/** Carries out changes of a table in order, in one commit: all of them or none.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_NOT_A_TABLE for a view and for the tables of a stream, STORAGE_CONFLICT, and what each change can be
 *  refused for */
export async function alterTable(
  parts: CommitterParts,
  operationId: string,
  table: TableRef,
  changes: readonly TableChange[],
): Promise<void> {
  await changeTable(parts, table, operationId, async (before, pointer) => {
    if (pointer.stream !== undefined) throw streamTable(pointer);
    let after = before;
    for (const change of changes) {
      // Nobody can commit a NULL in between: the pointer would have moved, and all of this is done again.
      if (change.kind === 'set_column_nullability' && !change.nullable) await refuseNulls(parts, after, change.column);
      after = applyChange(after, change);
    }
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
    case 'set_table_comment':
      return setTableComment(metadata, change.comment);
    case 'add_partition_field':
      return addPartitionField(metadata, change.field);
    case 'drop_partition_field':
      return dropPartitionField(metadata, change.field);
    case 'replace_partition_field':
      return replacePartitionField(metadata, change.field, change.replacement);
    case 'set_sort_order':
      return setSortOrder(metadata, change.keys);
    case 'set_reference':
    case 'drop_reference':
      return changeReference(metadata, change);
    case 'fast_forward':
      return fastForward(metadata, change.branch);
    default:
      return changeColumns(metadata, change);
  }
}

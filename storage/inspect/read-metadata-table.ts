import type { MetadataTable, MetadataTableName } from '../../spi/index.ts';
import type { MetadataReader } from '../catalog/metadata-reader.ts';
import type { Snapshot, TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { entriesTable, filesTable, partitionsTable } from './file-tables.ts';
import { historyTable, refsTable, snapshotsTable } from './snapshot-tables.ts';
import { manifestsTable } from './manifests-table.ts';

/** Returns what a metadata table tells; `snapshot` is the one that is described, null for a table without any.
 *  @throws STORAGE_CORRUPT, STORAGE_UNSUPPORTED */
export async function readMetadataTable(
  reader: MetadataReader,
  table: TableMetadata,
  name: MetadataTableName,
  snapshot: Snapshot | null,
): Promise<MetadataTable> {
  switch (name) {
    case 'snapshots':
      return snapshotsTable(table);
    case 'history':
      return historyTable(table);
    case 'refs':
      return refsTable(table);
    case 'manifests':
      return manifestsTable(reader, table, snapshot);
    case 'partitions':
      return partitionsTable(reader, table, snapshot);
    case 'files':
      return filesTable(reader, table, snapshot);
    case 'entries':
      return entriesTable(reader, table, snapshot);
  }
}

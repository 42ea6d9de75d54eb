import type { RowDelete } from '../../spi/index.ts';
import { type MetadataReader, specOf } from '../catalog/metadata-reader.ts';
import type { Snapshot, TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import type { EarlierDeletes } from '../data/operation/write-deletion-vectors.ts';
import { readRowDeletes } from '../scan/row-deletes.ts';

/** Returns the position deletes and deletion vectors that the data files of a snapshot have, by location.
 *  @throws STORAGE_CORRUPT, STORAGE_UNSUPPORTED */
export async function earlierDeletes(reader: MetadataReader, table: TableMetadata, snapshot: Snapshot | null): Promise<EarlierDeletes> {
  const found: Record<string, readonly RowDelete[]> = {};
  const manifests = snapshot === null ? [] : await reader.manifestList(snapshot.manifestList);
  const deletes = await readRowDeletes(reader, table, manifests, table.schema.fields);
  if (deletes === null) return found;
  for (const file of manifests) {
    if (file.content === 'deletes') continue;
    const spec = specOf(table, file.specId);
    for (const entry of (await reader.manifest(file, table)).entries) {
      if (entry.status === 'deleted') continue;
      const own = deletes.deletesOf(entry, spec).filter(({ kind }) => kind !== 'equality');
      if (own.length > 0) found[entry.location] = own;
    }
  }
  return found;
}

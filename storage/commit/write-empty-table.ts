import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { pathToLocation, type TableSpec } from '../../spi/index.ts';
import { checkName } from '../catalog/check-name.ts';
import { tableDirectory } from '../catalog/table-directory.ts';
import type { RelationPointer } from '../catalog-store/catalog-store.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import { newTableMetadata } from './new-table-metadata.ts';
import { syncDirectories } from './sync-directories.ts';
import { writeTableMetadata } from './write-table-metadata.ts';

/** Writes and syncs the first metadata of a table without rows, and returns the pointer that is to make its name appear.
 *  @throws CATALOG_INVALID_NAME, STORAGE_UNSUPPORTED, STORAGE_IO */
export async function writeEmptyTable(parts: CommitterParts, spec: TableSpec): Promise<RelationPointer> {
  checkName(spec.name.name, 'table');
  const uuid = randomUUID();
  const directory = tableDirectory(parts.tablesDirectory, spec.name, uuid);
  const metadata = newTableMetadata(spec, uuid, directory);
  await parts.files.makeDirectory(join(directory, 'metadata'));
  await parts.files.makeDirectory(join(directory, 'data'));
  const { location } = await writeTableMetadata(parts.files, directory, metadata, null);
  await syncDirectories(parts.files, [join(directory, 'metadata')], parts.warehouseDirectory);
  const { schema, name } = spec.name;
  return { kind: 'table', schema, name, uuid, metadataLocation: location, tableLocation: pathToLocation(directory) };
}

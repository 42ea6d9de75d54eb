import { randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { locationToPath, pathToLocation, PlatformError, type RelationName } from '../../spi/index.ts';
import { checkName } from '../catalog/check-name.ts';
import { tableDirectory } from '../catalog/table-directory.ts';
import { nameTaken, unknownSchema } from '../catalog/unknown-name.ts';
import type { CatalogReader, CatalogUpdate, RelationPointer } from '../catalog-store/catalog-store.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import type { FileSystem } from '../file/file-system.ts';
import { withMembers } from '../iceberg/metadata/change-table-metadata.ts';
import { NAME_MAPPING, printNameMapping } from '../iceberg/metadata/name-mapping.ts';
import { parseTableMetadata } from '../iceberg/metadata/parse-table-metadata.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { readTableFile } from '../file/read-table-file.ts';
import { syncDirectories } from './sync-directories.ts';
import { writeTableMetadata } from './write-table-metadata.ts';

/** Where a registered table comes from. */
const REGISTERED_FROM = 'trivium.registered-from';

/** Properties that tell writers of other places than the table's own. */
const PLACES = ['write.data.path', 'write.metadata.path', 'write.folder-storage.path', 'write.object-storage.path'];

/** A table of another program, and the name that it gets. */
interface Registration {
  readonly name: RelationName;
  readonly metadataLocation: string;
  /** Whether the table gets a name mapping when it has none: nobody has seen whether its files have field ids. */
  readonly mapsNames: boolean;
}

/** Puts a table of another program, whose files were checked, under a name: with metadata of its own in a new folder of the warehouse, which is where all
 *  is written from here on. Its log names no metadata file of the other program, so that none is removed when the log grows.
 *  @throws CATALOG_EXISTS, CATALOG_UNKNOWN_SCHEMA, CATALOG_INVALID_NAME, STORAGE_UNSUPPORTED, STORAGE_CORRUPT, STORAGE_IO */
export async function registerTable(
  parts: CommitterParts,
  operationId: string,
  { name, metadataLocation, mapsNames }: Registration,
): Promise<void> {
  if (parts.store.hasOperation(operationId)) return;
  checkFree(parts.store, name);
  const found = parseTableMetadata(await readTableFile(parts.files, metadataLocation), metadataLocation);
  const uuid = randomUUID();
  const directory = tableDirectory(parts.tablesDirectory, name, uuid);
  await parts.files.makeDirectory(join(directory, 'metadata'));
  await parts.files.makeDirectory(join(directory, 'data'));
  await copyChecksums(parts.files, dirname(locationToPath(metadataLocation)), join(directory, 'metadata'));
  const metadata = takenOver(found, uuid, pathToLocation(directory), metadataLocation, mapsNames);
  const { location } = await writeTableMetadata(parts.files, directory, metadata, null);
  await syncDirectories(parts.files, [join(directory, 'metadata')], parts.warehouseDirectory);
  const pointer = { kind: 'table', ...name, uuid, metadataLocation: location, tableLocation: pathToLocation(directory) } as const;
  parts.store.update(operationId, (state) => putFree(state, pointer));
}

/** Gives a dropped table of this warehouse its files back, under a name. What the sweep has taken up is gone.
 *  @throws CATALOG_UNKNOWN_TABLE when the metadata file is not that of a dropped table */
export function takeBackTable(
  parts: CommitterParts,
  operationId: string,
  { name, metadataLocation }: { readonly name: RelationName; readonly metadataLocation: string },
): void {
  const path = locationToPath(metadataLocation);
  parts.store.update(operationId, (state) => {
    const dropped = state.dropped().find(({ tableLocation }) => path.startsWith(`${locationToPath(tableLocation)}/`));
    if (dropped === undefined) {
      throw new PlatformError('CATALOG_UNKNOWN_TABLE', `The file ${metadataLocation} is not that of a table which was dropped.`, {
        hint: 'Tables that are in the catalog need no registration; ALTER TABLE renames them.',
      });
    }
    const { uuid, tableLocation } = dropped;
    putFree(state, { kind: 'table', ...name, uuid, metadataLocation: pathToLocation(path), tableLocation });
    state.removeDropped(uuid);
    return null;
  });
}

function putFree(state: CatalogUpdate, pointer: RelationPointer): null {
  checkFree(state, pointer);
  state.putRelation({ ...pointer, schema: state.schema(pointer.schema) ?? pointer.schema });
  return null;
}

function checkFree(catalog: CatalogReader, name: RelationName): void {
  checkName(name.name, 'table');
  if (catalog.schema(name.schema) === null) throw unknownSchema(catalog, name.schema);
  const found = catalog.relation(name);
  if (found !== null) throw nameTaken(found.kind, found.name);
}

function takenOver(table: TableMetadata, uuid: string, location: string, from: string, mapsNames: boolean): TableMetadata {
  const kept = Object.entries(table.properties).filter(([key]) => !PLACES.includes(key));
  const mapping = mapsNames ? { [NAME_MAPPING]: printNameMapping(table.schema.fields) } : {};
  const properties = { ...mapping, ...Object.fromEntries(kept), [REGISTERED_FROM]: from };
  return withMembers(table, { 'table-uuid': uuid, location, properties, 'metadata-log': [] });
}

/** Checksums of a table that this platform wrote elsewhere go on holding: they are told by the locations of the files. */
async function copyChecksums(files: FileSystem, from: string, to: string): Promise<void> {
  for (const { name } of await files.list(from)) {
    if (/^checksums-\d+\.json$/.test(name)) await files.write(join(to, name), await files.read(join(from, name)));
  }
}

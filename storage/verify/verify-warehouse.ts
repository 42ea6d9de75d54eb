import { resolve } from 'node:path';
import { PlatformError, type RelationName, type TableVerification } from '../../spi/index.ts';
import { MetadataReader } from '../catalog/metadata-reader.ts';
import { openCatalogStore } from '../catalog-store/open-catalog-store.ts';
import type { FileSystem } from '../file/file-system.ts';
import { localFileSystem } from '../file/local-file-system.ts';
import { checkFormat } from '../warehouse-format.ts';
import { layoutOf } from '../warehouse-layout.ts';
import { type VerifyWatch, verifyTable } from './verify-table.ts';

/** A table and all that is wrong with it. */
export interface VerifiedTable extends TableVerification {
  readonly name: RelationName;
  /** Each tells one file, in the order in which they were found. */
  readonly damage: readonly PlatformError[];
}

/** Verifies tables of a warehouse that nobody needs to have open, and goes on after the first damage. Nothing is written.
 *  @param names the tables; all of them, in the order of their names, for none
 *  @throws STORAGE_LOCATION when there is no warehouse, STORAGE_FORMAT_TOO_NEW, CATALOG_UNKNOWN_TABLE, STORAGE_UNAVAILABLE, STORAGE_IO */
export async function* verifyWarehouse(
  directory: string,
  names: readonly RelationName[],
  watch: Partial<Omit<VerifyWatch, 'onDamage'>> = {},
): AsyncGenerator<VerifiedTable> {
  const files = localFileSystem();
  const { formatFile, catalogDirectory } = layoutOf(resolve(directory));
  await requireWarehouse(files, formatFile, directory);
  const store = openCatalogStore(catalogDirectory, 'read');
  try {
    const tables = store.schemas().flatMap((schema) => store.relations(schema).filter(({ kind }) => kind === 'table'));
    for (const { schema, name } of names.length === 0 ? tables : names) {
      // By what they tell: a damaged file of checksums is met again with each of its data files.
      const damage = new Map<string, PlatformError>();
      const onDamage = (found: PlatformError): void => void damage.set(found.message, found);
      const result = await verifyTable(files, store, new MetadataReader(files), { schema, name }, { ...watch, onDamage });
      yield { name: { schema, name }, ...result, damage: [...damage.values()] };
    }
  } finally {
    await store.close();
  }
}

async function requireWarehouse(files: FileSystem, formatFile: string, directory: string): Promise<void> {
  if ((await files.size(formatFile)) === null) throw new PlatformError('STORAGE_LOCATION', `There is no warehouse in ${directory}.`);
  await checkFormat(files, formatFile);
}

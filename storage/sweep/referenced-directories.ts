import { dirname } from 'node:path';
import { locationToPath, PlatformError } from '../../spi/index.ts';
import type { FileSystem } from '../file/file-system.ts';
import { readSealed } from '../file/sealed-name.ts';
import { readManifest } from '../iceberg/manifest/read-manifest.ts';
import { readManifestList } from '../iceberg/manifest/manifest-list.ts';
import { parseTableMetadata } from '../iceberg/metadata/parse-table-metadata.ts';

/** Returns the directories that hold a data file of any snapshot of a table.
 *  @throws when any of the metadata cannot be read: then nothing may be swept. */
export async function referencedDirectories(files: FileSystem, metadataLocation: string): Promise<ReadonlySet<string>> {
  const metadata = parseTableMetadata(await readSealed(files, metadataLocation), metadataLocation);
  const directories = new Set<string>();
  const seen = new Set<string>();
  for (const { manifestList } of metadata.snapshots.values()) {
    for (const manifest of readManifestList(await readSealed(files, manifestList), manifestList)) {
      if (seen.has(manifest.location)) continue;
      seen.add(manifest.location);
      const spec = metadata.specs.get(manifest.specId);
      if (spec === undefined) throw new PlatformError('STORAGE_CORRUPT', `The table has no partition spec ${String(manifest.specId)}.`);
      const bytes = await readSealed(files, manifest.location);
      for (const entry of readManifest(bytes, manifest, spec, metadata.columns).entries)
        directories.add(dirname(locationToPath(entry.location)));
    }
  }
  return directories;
}

import { basename, join } from 'node:path';
import type { FileSystem } from '../file/file-system.ts';
import { sealedId } from '../file/sealed-name.ts';
import { pathToLocation } from '../../spi/index.ts';
import { printLosslessJson } from '../iceberg/json/lossless-json.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';

/** Returns the file of new table metadata. Names go on counting from the previous file. */
export function newMetadataFile(
  tableDirectory: string,
  metadata: TableMetadata,
  previousLocation: string | null,
): { readonly path: string; readonly bytes: Uint8Array } {
  const version = previousLocation === null ? 0 : Number(/^(\d+)-/.exec(basename(previousLocation))?.[1] ?? 0) + 1;
  const bytes = Buffer.from(printLosslessJson(metadata.json));
  return { path: join(tableDirectory, 'metadata', `${String(version).padStart(5, '0')}-${sealedId(bytes)}.metadata.json`), bytes };
}

/** Writes table metadata as a new file, synced, and returns its location and length. The caller syncs the directory. */
export async function writeTableMetadata(
  files: FileSystem,
  tableDirectory: string,
  metadata: TableMetadata,
  previousLocation: string | null,
): Promise<{ readonly location: string; readonly bytes: number }> {
  const { path, bytes } = newMetadataFile(tableDirectory, metadata, previousLocation);
  await files.write(path, bytes);
  return { location: pathToLocation(path), bytes: bytes.byteLength };
}

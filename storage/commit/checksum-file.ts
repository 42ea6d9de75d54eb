import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { FileSystem } from '../file/file-system.ts';
import { JsonReader } from '../iceberg/json/json-reader.ts';
import { parseLosslessJson, printLosslessJson } from '../iceberg/json/lossless-json.ts';
import { pathToLocation, PlatformError } from '../../spi/index.ts';
import type { SealedFile } from './seal-data-files.ts';

/** Path of the file that keeps the checksums of the data files which a snapshot added. A manifest entry names that snapshot. */
export function checksumPath(tableDirectory: string, snapshotId: bigint): string {
  return join(tableDirectory, 'metadata', `checksums-${snapshotId.toString()}.json`);
}

/** Returns the file with the checksums of the files that a snapshot adds. */
export function newChecksums(
  tableDirectory: string,
  snapshotId: bigint,
  sealed: readonly SealedFile[],
): { readonly path: string; readonly bytes: Uint8Array } {
  const sha256 = Object.fromEntries(sealed.map((file) => [pathToLocation(file.path), file.sha256]));
  return { path: checksumPath(tableDirectory, snapshotId), bytes: printChecksums(sha256) };
}

/** Writes and syncs the checksums of files whose SHA-256 is known by their locations; the directory is synced by whoever writes the metadata. */
export async function writeChecksumTexts(
  files: FileSystem,
  tableDirectory: string,
  snapshotId: bigint,
  sha256: Readonly<Record<string, string>>,
): Promise<void> {
  await files.write(checksumPath(tableDirectory, snapshotId), printChecksums(sha256));
}

/** The digest is that of the checksums, so that a byte that changed in this file is found too. */
function printChecksums(sha256: Readonly<Record<string, string>>): Uint8Array {
  const digest = createHash('sha256').update(printLosslessJson(sha256)).digest('hex');
  return Buffer.from(printLosslessJson({ version: 2, sha256, digest }));
}

/** Returns SHA-256 by location, null when the snapshot (of another writer) has no checksums. */
export async function readChecksums(
  files: FileSystem,
  tableDirectory: string,
  snapshotId: bigint,
): Promise<Readonly<Record<string, string>> | null> {
  const path = checksumPath(tableDirectory, snapshotId);
  if ((await files.size(path)) === null) return null;
  const what = `The checksum file ${path}`;
  const bytes = Buffer.from(await files.read(path));
  const reader = new JsonReader(parseLosslessJson(bytes.toString(), what), what);
  const sha256 = reader.texts('sha256');
  // Version 1 has no digest.
  if (bytes.equals(printChecksums(sha256)) || bytes.equals(Buffer.from(printLosslessJson({ version: 1, sha256 })))) return sha256;
  throw new PlatformError('STORAGE_CORRUPT', `${what} is not what was written.`, {
    hint: 'Restore the file from a copy.',
    details: { path },
  });
}

import { randomUUID } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';

/** Units: bytes of a small metadata file. */
const FILE_BYTES = 2000;

/** Metadata files of a small commit: manifest, checksums, manifest list and table metadata. */
const METADATA_FILES = 4;

/** Units: bytes of a page of the catalog store. */
const PAGE_BYTES = 4096;

/** Does with the disk what a small commit must have of it, and nothing else: files and folders like its own are written and synced at one time, then two
 *  pages of a file that is there, one after the other, as LMDB ends a transaction. Returns the work of one commit. */
export async function openBareCommit(root: string): Promise<() => Promise<void>> {
  const table = join(root, 'bare-commit');
  const [data, metadata] = [join(table, 'data'), join(table, 'metadata')];
  for (const folder of [data, metadata]) await mkdir(folder, { recursive: true });
  const store = join(root, 'bare-store');
  await syncedFile(store, Buffer.alloc(64 * PAGE_BYTES));
  return async () => {
    const attempt = join(data, randomUUID());
    await mkdir(attempt);
    const metadataFiles = Array.from({ length: METADATA_FILES }, () => join(metadata, randomUUID()));
    const paths = [join(attempt, 'data'), ...metadataFiles];
    const files = await Promise.all(paths.map((path) => open(path, 'wx')));
    await Promise.all(files.map((file) => file.write(Buffer.alloc(FILE_BYTES, 1))));
    const folders = await Promise.all([attempt, data, table, metadata].map((folder) => open(folder, 'r')));
    const all = [...files, ...folders];
    await Promise.all(all.map((file) => file.sync()));
    await Promise.all(all.map((file) => file.close()));
    for (const page of [0, 1]) await syncedPage(store, page);
  };
}

async function syncedFile(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.write(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncedPage(path: string, page: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.write(Buffer.alloc(PAGE_BYTES, Date.now() % 256), 0, PAGE_BYTES, page * PAGE_BYTES);
    await file.datasync();
  } finally {
    await file.close();
  }
}

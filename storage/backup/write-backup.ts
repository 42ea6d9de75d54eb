import { hash } from 'node:crypto';
import { basename, dirname, join, relative } from 'node:path';
import { type BackupResult, locationToPath, pathToLocation, PlatformError } from '../../spi/index.ts';
import { MetadataReader } from '../catalog/metadata-reader.ts';
import type { CatalogStore, NameStore, RelationPointer } from '../catalog-store/catalog-store.ts';
import { readChecksums } from '../commit/checksum-file.ts';
import { syncDirectories } from '../commit/sync-directories.ts';
import type { FileSystem } from '../file/file-system.ts';
import { addSnapshotFiles, noFiles } from '../maintenance/table-files.ts';
import { type BackupFile, type BackupRecord, newestRecord, printRecord, recordName } from './backup-record.ts';
import { copyVerified, isPart } from './copy-verified.ts';

/** What a backup works with. */
export interface BackupParts {
  readonly files: FileSystem;
  readonly store: CatalogStore;
  readonly warehouseDirectory: string;
  readonly signal: AbortSignal;
  onProgress(done: number, total: number): Promise<void>;
}

/** Moments that are tried: one is lost when an expiry takes files of it before they are copied. */
const ATTEMPTS_MAX = 3;

/** Copies what the catalog refers to at one moment into a folder, and then writes the record that makes it a backup. Files that the newest backup of the
 *  folder has are not copied again. Of materialized views only the definition is kept: their rows come from other tables.
 *  Guarantees: everything is compared with its checksum and synced before the record is; a folder without a record is no backup.
 *  @throws STORAGE_CORRUPT naming the first file that is missing or damaged, STORAGE_CONFLICT when files keep going, STORAGE_IO */
export async function writeBackup(parts: BackupParts, folder: string): Promise<BackupResult> {
  const before = await newestRecord(parts.files, folder);
  const begunAtMs = Date.now();
  for (let attempt = 1; ; attempt += 1) {
    const moment = readMoment(parts.store);
    try {
      const result = await backUp(parts, folder, moment, before);
      await removeParts(parts.files, folder, begunAtMs);
      return result;
    } catch (error) {
      const isLost = error instanceof PlatformError && error.code === 'STORAGE_CORRUPT' && parts.store.pinned() !== moment.names;
      if (!isLost || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

/** Removes what backups that were killed had begun to copy. */
async function removeParts(files: FileSystem, directory: string, olderThanMs: number): Promise<void> {
  for (const { name, isDirectory, modifiedMs } of await files.list(directory)) {
    const path = join(directory, name);
    if (isDirectory) await removeParts(files, path, olderThanMs);
    else if (isPart(name) && modifiedMs < olderThanMs) await files.remove(path);
  }
}

interface Moment {
  readonly names: NameStore;
  /** What the record tells of it. */
  readonly told: Omit<BackupRecord, 'files'>;
}

/** Reads of the store see what is newest, so that what was read is of one moment only when nothing was committed in between. */
function readMoment(store: CatalogStore): Moment {
  for (;;) {
    const names = store.pinned();
    const schemas = names.schemas();
    const relations = schemas.flatMap((schema) => names.relations(schema));
    const told = { createdAtMs: Date.now(), schemas, relations, streams: store.streams(), settings: store.settings('') };
    if (store.pinned() === names) return { names, told };
  }
}

/** A file to be in the backup, with its SHA-256 where that is known. */
interface WantedFile {
  readonly path: string;
  readonly sha256: string | undefined;
}

async function backUp(parts: BackupParts, folder: string, { told }: Moment, before: BackupRecord | null): Promise<BackupResult> {
  const wanted = new Map<string, WantedFile>();
  for (const pointer of told.relations) for (const file of await filesOf(parts, pointer)) wanted.set(file.path, file);
  const known = new Map(before?.files.map((file) => [file.path, file]) ?? []);
  const stored: BackupFile[] = [];
  const copied: BackupFile[] = [];
  for (const file of wanted.values()) {
    parts.signal.throwIfAborted();
    const kept = await keptFile(parts, folder, known.get(file.path), file);
    if (kept === null) copied.push(await copyFile(parts, folder, file));
    stored.push(kept ?? (copied.at(-1) as BackupFile));
    await parts.onProgress(stored.length, wanted.size);
  }
  const directories = [...new Set(copied.map((file) => dirname(join(folder, file.stored))))];
  await syncDirectories(parts.files, directories, folder);
  const createdAtMs = Math.max(told.createdAtMs, (before?.createdAtMs ?? 0) + 1);
  const record = { ...told, createdAtMs, files: stored };
  await parts.files.replace(join(folder, recordName(record)), printRecord(record));
  const total = (files: readonly BackupFile[]): number => files.reduce((sum, { bytes }) => sum + bytes, 0);
  const tables = told.relations.filter(({ kind }) => kind === 'table').length;
  return { tables, files: stored.length, bytes: total(stored), copiedFiles: copied.length, copiedBytes: total(copied) };
}

async function filesOf({ files, signal }: BackupParts, pointer: RelationPointer): Promise<readonly WantedFile[]> {
  const metadata = new MetadataReader(files);
  const current = await named(locationToPath(pointer.metadataLocation), metadata);
  if (pointer.kind === 'view' || pointer.stream !== undefined) return [current];
  const table = await metadata.table(pointer.metadataLocation);
  const tableDirectory = locationToPath(pointer.tableLocation);
  const found = noFiles();
  await addSnapshotFiles(found, table.snapshots.values(), { files, metadata, tableDirectory, table, signal });
  const sha256 = await knownChecksums(files, tableDirectory, found.checksums);
  const lists = await Promise.all([...found.lists, ...found.manifests].map((path) => named(path, metadata)));
  return [current, ...lists, ...[...found.data].map((path) => ({ path, sha256: sha256.get(path) }))];
}

/** Reading a metadata file compares it with its name. */
async function named(path: string, metadata: MetadataReader): Promise<WantedFile> {
  const bytes = await metadata.bytes(pathToLocation(path));
  return { path, sha256: hash('sha256', bytes) };
}

async function knownChecksums(files: FileSystem, directory: string, paths: Iterable<string>): Promise<ReadonlyMap<string, string>> {
  const known = new Map<string, string>();
  for (const path of paths) {
    const id = /(\d+)\.json$/.exec(path)?.[1];
    const checksums = id === undefined ? null : await readChecksums(files, directory, BigInt(id));
    for (const [location, sha256] of Object.entries(checksums ?? {})) known.set(locationToPath(location), sha256);
  }
  return known;
}

/** Returns the copy that an earlier backup has of a file; null when it has none. Files of other programs may have become others under their names. */
async function keptFile(
  { files }: BackupParts,
  folder: string,
  known: BackupFile | undefined,
  { sha256 }: WantedFile,
): Promise<BackupFile | null> {
  if (known === undefined || sha256 !== known.sha256) return null;
  return (await files.size(join(folder, known.stored))) === known.bytes ? known : null;
}

async function copyFile({ files, warehouseDirectory }: BackupParts, folder: string, { path, sha256 }: WantedFile): Promise<BackupFile> {
  const stored = storedName(path, warehouseDirectory);
  const copy = await copyVerified(files, path, join(folder, stored), sha256);
  return { path, stored, ...copy };
}

/** Files of the warehouse keep their places in it; others lie in a folder for each of theirs. */
function storedName(path: string, warehouseDirectory: string): string {
  if (path.startsWith(`${warehouseDirectory}/`)) return join('files', relative(warehouseDirectory, path));
  const folder = hash('sha256', dirname(path)).slice(0, 16);
  return join('foreign', folder, basename(path));
}

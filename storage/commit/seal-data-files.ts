import { createHash, hash, webcrypto } from 'node:crypto';
import { dirname } from 'node:path';
import { type DataFile, type Fragment, locationToPath, PlatformError } from '../../spi/index.ts';
import type { FileSystem } from '../file/file-system.ts';
import type { PendingSyncs } from './pending-syncs.ts';
import { readSplitOffsets } from './read-split-offsets.ts';
import { VectorFiles } from './vector-files.ts';
import { syncDirectories } from './sync-directories.ts';

/** A staged file whose bytes are known. */
export interface SealedFile {
  readonly file: DataFile;
  readonly path: string;
  /** SHA-256 of the file's bytes in hex. */
  readonly sha256: string;
  /** Where the row groups begin. Units: bytes. */
  readonly splitOffsets: readonly number[];
}

/** Files that are read at one time. */
const PARALLEL_MAX = 4;

/** Units: bytes of a file that is read as a whole, so that its digest is taken on another thread. */
const WHOLE_BYTES_MAX = 32 << 20;

/** Units: bytes whose digest is taken sooner than another thread is asked, and which the disk takes up in no time. */
const AT_ONCE_BYTES_MAX = 256 << 10;

/** Units: bytes at the end of a file that are kept to read the footer from. */
const TAIL_BYTES = 8 << 20;

/** Checks each staged file (inside the table's data directory, size and rows as told, one attempt per task) and takes its checksum.
 *  The disk takes long files up at the same time: all are durable when `syncs` are done.
 *  @throws STORAGE_CORRUPT when a file is missing or not as told, STORAGE_LOCATION when it is elsewhere. */
export async function sealDataFiles(
  files: FileSystem,
  tableDirectory: string,
  fragments: readonly Fragment[],
  syncs: PendingSyncs,
): Promise<readonly SealedFile[]> {
  checkAttempts(fragments);
  const staged = fragments.flatMap((fragment) => fragment.files);
  const directories = staged.map((file) => dirname(pathInside(tableDirectory, file)));
  syncs.hold(() => syncDirectories(files, directories, tableDirectory));
  const vectors = new VectorFiles(files);
  const sealed: SealedFile[] = [];
  for (let start = 0; start < staged.length; start += PARALLEL_MAX) {
    const next = staged.slice(start, start + PARALLEL_MAX);
    sealed.push(...(await Promise.all(next.map((file) => sealFile(files, vectors, pathInside(tableDirectory, file), file, syncs)))));
  }
  return sealed;
}

function checkAttempts(fragments: readonly Fragment[]): void {
  const seen = new Set<string>();
  for (const { task } of fragments) {
    if (seen.has(task)) throw new PlatformError('INTERNAL_INVARIANT', `Two attempts of the task ${task} were handed in for one commit.`);
    seen.add(task);
  }
}

function pathInside(tableDirectory: string, file: DataFile): string {
  const path = locationToPath(file.uri);
  if (path.startsWith(`${tableDirectory}/data/`)) return path;
  throw new PlatformError('STORAGE_LOCATION', `The data file ${file.uri} is not in the table's directory.`, {
    details: { location: file.uri },
  });
}

async function sealFile(files: FileSystem, vectors: VectorFiles, path: string, file: DataFile, syncs: PendingSyncs): Promise<SealedFile> {
  if (file.vector !== undefined) return { file, path, sha256: await vectors.seal(file, path), splitOffsets: [] };
  // Whoever handed the file in has written it.
  if (file.bytes <= AT_ONCE_BYTES_MAX) syncs.hold(() => files.sync(path));
  else syncs.add(files.sync(path));
  return checkFacts(files, path, file);
}

/** What a file is found to be; `tail` is its end. */
interface FileFacts {
  readonly bytes: number;
  readonly sha256: string;
  readonly tail: Uint8Array;
}

async function checkFacts(files: FileSystem, path: string, file: DataFile): Promise<SealedFile> {
  const size = (await files.size(path)) ?? Infinity;
  const { bytes, sha256, tail } = await (size <= WHOLE_BYTES_MAX ? readWhole(files, path) : readInPieces(files, path));
  if (bytes !== file.bytes) throw notAsTold(file, `has ${String(bytes)} bytes in place of ${String(file.bytes)}`);
  const footer = readSplitOffsets(tail, bytes, file.uri);
  if (footer.rows !== file.rows) throw notAsTold(file, `has ${String(footer.rows)} rows in place of ${String(file.rows)}`);
  return { file, path, sha256, splitOffsets: footer.splitOffsets };
}

async function readWhole(files: FileSystem, path: string): Promise<FileFacts> {
  const tail = await files.read(path);
  const bytes = tail.byteLength;
  if (bytes <= AT_ONCE_BYTES_MAX) return { bytes, sha256: hash('sha256', tail), tail };
  return { bytes, sha256: Buffer.from(await webcrypto.subtle.digest('SHA-256', tail)).toString('hex'), tail };
}

async function readInPieces(files: FileSystem, path: string): Promise<FileFacts> {
  const digest = createHash('sha256');
  const ends: Uint8Array[] = [];
  let bytes = 0;
  let endBytes = 0;
  for await (const chunk of files.stream(path)) {
    digest.update(chunk);
    bytes += chunk.byteLength;
    ends.push(chunk);
    endBytes += chunk.byteLength;
    for (let first = ends[0]; first !== undefined && endBytes - first.byteLength >= TAIL_BYTES; first = ends[0]) {
      ends.shift();
      endBytes -= first.byteLength;
    }
  }
  return { bytes, sha256: digest.digest('hex'), tail: Buffer.concat(ends) };
}

function notAsTold(file: DataFile, how: string): PlatformError {
  return new PlatformError('STORAGE_CORRUPT', `The staged file ${file.uri} ${how}.`, { details: { location: file.uri } });
}

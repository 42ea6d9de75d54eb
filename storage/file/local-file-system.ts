import { randomUUID } from 'node:crypto';
import { closeSync, constants, fsync, mkdirSync, openSync, statSync, writeSync } from 'node:fs';
import { type FileHandle, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { promisify } from 'node:util';
import { type ErrorCode, PlatformError } from '../../spi/index.ts';
import type { DirectoryEntry, FileSystem } from './file-system.ts';
import { readShortFile } from './read-short-file.ts';

/** Units: bytes that are read or written at once. */
const CHUNK_BYTES = 1 << 20;

/** Units: bytes of a file that is read at once, for this takes the system less time than to hand it to another thread four times. */
const SHORT_BYTES_MAX = 16 << 10;

const syncFile = promisify(fsync);

/** Returns the file system of this machine. */
export function localFileSystem(): FileSystem {
  return { read, stream, create, write, replace, sync, syncDirectory: sync, makeDirectory, size, list, remove };
}

async function read(path: string): Promise<Uint8Array> {
  return attempt(path, 'read', async () => {
    const short = readShortFile(path, SHORT_BYTES_MAX);
    if (short !== null) return short;
    const handle = await open(path, constants.O_RDONLY);
    try {
      return await readToEnd(handle);
    } finally {
      await handle.close();
    }
  });
}

/** Reads what a file has as it is opened in one call: pieces would each be handed to another thread, which takes longer than to read them. */
async function readToEnd(handle: FileHandle): Promise<Uint8Array> {
  const { size: sizeBytes } = await handle.stat();
  const bytes = Buffer.allocUnsafeSlow(sizeBytes);
  let filled = 0;
  while (filled < sizeBytes) {
    const { bytesRead } = await handle.read(bytes, filled, sizeBytes - filled, filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}

async function* stream(path: string): AsyncIterable<Uint8Array> {
  const handle = await attempt(path, 'open', () => open(path, constants.O_RDONLY));
  try {
    const { size: sizeBytes } = await attempt(path, 'look at', () => handle.stat());
    for (let left = sizeBytes; left > 0; ) {
      const length = Math.min(left, CHUNK_BYTES);
      const { bytesRead, buffer } = await attempt(path, 'read', () => handle.read(Buffer.allocUnsafe(length), 0, length, null));
      if (bytesRead === 0) return;
      left -= bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function create(path: string, bytes: Uint8Array): Promise<void> {
  await attempt(path, 'write', () => withNewFile(path, bytes, () => Promise.resolve()));
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  await attempt(path, 'write', () => withNewFile(path, bytes, syncFile));
}

async function replace(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${randomUUID()}.new`;
  await write(temporary, bytes);
  await attempt(path, 'replace', () => rename(temporary, path));
  await sync(dirname(path));
}

/** Files are opened, written and closed at once, for this takes the system less time than to hand it to another thread. What waits for the disk does so
 *  on a thread of its own. */
async function withNewFile(path: string, bytes: Uint8Array, work: (file: number) => Promise<void>): Promise<void> {
  const file = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o644);
  try {
    await writeWhole(file, bytes);
    await work(file);
  } finally {
    closeSync(file);
  }
}

/** A write may take fewer bytes than it was given without an error (a full quota, a signal): the rest is written until all is. */
async function writeWhole(file: number, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.byteLength; ) {
    // Others get their turn between the pieces of a long file.
    if (written > 0) await nextTurn();
    const bytesWritten = writeSync(file, bytes, written, Math.min(CHUNK_BYTES, bytes.byteLength - written), written);
    if (bytesWritten === 0) throw new PlatformError('RESOURCE_DISK', 'The file system takes no more bytes.');
    written += bytesWritten;
  }
}

async function sync(path: string): Promise<void> {
  await attempt(path, 'sync', async () => {
    const file = openSync(path, constants.O_RDONLY);
    try {
      await syncFile(file);
    } finally {
      closeSync(file);
    }
  });
}

async function makeDirectory(path: string): Promise<void> {
  await attempt(path, 'create', async () => mkdirSync(path, { recursive: true }));
}

async function size(path: string): Promise<number | null> {
  try {
    const found = statSync(path);
    return found.isFile() ? found.size : null;
  } catch (error) {
    if (isMissing(error)) return null;
    throw coded(error, path, 'look at');
  }
}

async function list(path: string): Promise<readonly DirectoryEntry[]> {
  const names = await attempt(path, 'list', () => readdir(path)).catch((error: unknown) => {
    if (error instanceof PlatformError && isMissing(error.cause)) return [];
    throw error;
  });
  const entries: DirectoryEntry[] = [];
  for (const name of names) {
    try {
      const found = await stat(join(path, name));
      entries.push({ name, isDirectory: found.isDirectory(), modifiedMs: found.mtimeMs });
    } catch (error) {
      // Another process removed it since the directory was read.
      if (!isMissing(error)) throw coded(error, join(path, name), 'look at');
    }
  }
  return entries;
}

async function remove(path: string): Promise<void> {
  await attempt(path, 'remove', () => rm(path, { recursive: true, force: true }));
}

async function attempt<Result>(path: string, verb: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw coded(error, path, verb);
  }
}

const CODE_BY_ERRNO: Readonly<Record<string, ErrorCode>> = { ENOSPC: 'RESOURCE_DISK', EDQUOT: 'RESOURCE_DISK', ENOENT: 'STORAGE_CORRUPT' };

function coded(error: unknown, path: string, verb: string): PlatformError {
  if (error instanceof PlatformError) return error;
  const errno = errnoOf(error);
  const code = verb === 'read' || verb === 'open' || errno !== 'ENOENT' ? (CODE_BY_ERRNO[errno] ?? 'STORAGE_IO') : 'STORAGE_IO';
  const reason = error instanceof Error ? error.message : String(error);
  return new PlatformError(code, `Cannot ${verb} ${path}: ${reason}.`, { cause: error, details: { path, errno } });
}

const isMissing = (error: unknown): boolean => errnoOf(error) === 'ENOENT';

function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

import { constants } from 'node:fs';
import { type FileHandle, link, open, realpath, rm, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, sep } from 'node:path';
import { PlatformError } from '../../spi/index.ts';
import { type ListedFile, listFiles } from './list-files.ts';
import { createOutgoingFile, type OutgoingFile } from './outgoing-file.ts';
import type { SpoolFolder } from './spool-folder.ts';
import { writeAll } from './write-all.ts';

/** A user's file, held so that nobody can put another one in its place. */
export interface PinnedFile {
  /** A path below the spool folder. */
  readonly path: string;
  release(): Promise<void>;
}

/** Reaches user files in the allowed folders and nowhere else. */
export interface AllowedFiles {
  /** @throws STORAGE_LOCATION outside of the allowed folders, STORAGE_FILE when it is missing or not a plain file */
  pin(path: string): Promise<PinnedFile>;
  /** Returns a file, or the files below a folder whose names have the ending and begin with neither '.' nor '_'; in order.
   *  @throws STORAGE_LOCATION outside of the allowed folders, STORAGE_FILE when there is none */
  list(path: string, ending: string): Promise<readonly ListedFile[]>;
  /** @throws STORAGE_LOCATION outside of the allowed folders, STORAGE_FILE when the folder is missing */
  create(path: string): Promise<OutgoingFile>;
  /** Checks that a folder may be read where it lies: as it is named, and with its links resolved.
   *  @throws STORAGE_LOCATION outside of the allowed folders, STORAGE_FILE when it is missing */
  checkFolder(folder: string): Promise<void>;
}

/** What decides which files may be reached. Paths are absolute. */
export interface AllowedFilesOptions {
  readonly allowedDirectories: readonly string[];
  readonly protectedDirectories: readonly string[];
  readonly spool: SpoolFolder;
}

/** Creates the one way to user files. Links are resolved before the check, and what was checked is what is used:
 *  files are read through a hard link (or a copy) in the spool folder, and written through the folder that was opened. */
export function createAllowedFiles(options: AllowedFilesOptions): AllowedFiles {
  return {
    pin: async (path) => {
      const real = await resolveInside(path, path, options);
      const handle = await openPlainFile(real, path);
      try {
        await checkOpened(handle, real, path, options);
        return await pinOpened(handle, real, options.spool);
      } finally {
        await handle.close();
      }
    },
    list: async (path, ending) => {
      await resolveInside(path, path, options);
      return listFiles(path, ending);
    },
    checkFolder: async (folder) => {
      await resolveInside(folder, folder, options);
      const allowed = [...options.allowedDirectories, ...(await realFolders(options.allowedDirectories))];
      // Processes that read the files know the folders by their names, and resolve no links.
      if (!allowed.some((each) => isInside(folder, each))) throw outside(folder, options);
    },
    create: async (path) => {
      const folder = await resolveInside(dirname(path), path, options);
      const handle = await openFolder(folder, path);
      try {
        await checkOpened(handle, folder, path, options);
        return await createOutgoingFile({ handle, path: folder }, path);
      } catch (error) {
        await handle.close();
        throw error;
      }
    },
  };
}

async function resolveInside(path: string, named: string, options: AllowedFilesOptions): Promise<string> {
  if (!isAbsolute(path) || named.includes('\0') || named.endsWith('/')) {
    throw new PlatformError('STORAGE_LOCATION', `'${named}' is not an absolute path of a file.`);
  }
  const real = await realpath(path).catch(async (error: unknown) => {
    await requireInside(await nearestRealFolder(path), named, options);
    throw missing(named, error);
  });
  await requireInside(real, named, options);
  return real;
}

/** So that a missing file is told apart from a forbidden one only where the user may look. */
async function nearestRealFolder(path: string): Promise<string> {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    try {
      return await realpath(folder);
    } catch (error) {
      // The root always exists, so the walk ends.
      if (folder === dirname(folder)) throw PlatformError.from(error, 'STORAGE_IO');
    }
  }
}

async function requireInside(real: string, named: string, options: AllowedFilesOptions): Promise<void> {
  const allowed = await realFolders(options.allowedDirectories);
  const forbidden = await realFolders(options.protectedDirectories);
  const inside = (folder: string): boolean => isInside(real, folder);
  if (!allowed.some(inside) || forbidden.some(inside)) throw outside(named, options);
}

const isInside = (path: string, folder: string): boolean => path === folder || path.startsWith(folder === sep ? sep : folder + sep);

function outside(named: string, { allowedDirectories }: AllowedFilesOptions): PlatformError {
  return new PlatformError('STORAGE_LOCATION', `'${named}' is not inside a folder of files.allowedDirectories.`, {
    hint:
      allowedDirectories.length === 0
        ? 'No folder is allowed; name some in files.allowedDirectories.'
        : `Allowed: ${allowedDirectories.join(', ')}.`,
  });
}

async function realFolders(folders: readonly string[]): Promise<readonly string[]> {
  // A folder that does not exist holds no files, so leaving it out is safe.
  const real = await Promise.all(folders.map((folder) => realpath(folder).catch(() => null)));
  return real.filter((folder) => folder !== null);
}

async function openPlainFile(real: string, named: string): Promise<FileHandle> {
  // O_NONBLOCK, so that a FIFO does not hold us before we see that it is one.
  const handle = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK).catch((error: unknown) => {
    throw missing(named, error);
  });
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new PlatformError('STORAGE_FILE', `'${named}' is not a plain file.`);
}

async function openFolder(real: string, named: string): Promise<FileHandle> {
  return open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_DIRECTORY).catch((error: unknown) => {
    throw missing(named, error);
  });
}

/** Checks that what was opened is still what was resolved: a folder of the path may have been swapped for a link in between. */
async function checkOpened(handle: FileHandle, real: string, named: string, options: AllowedFilesOptions): Promise<void> {
  const again = await realpath(real).catch((error: unknown) => {
    throw missing(named, error);
  });
  await requireInside(again, named, options);
  const [opened, found] = await Promise.all([handle.stat(), stat(again)]);
  if (opened.dev === found.dev && opened.ino === found.ino) return;
  throw new PlatformError('STORAGE_LOCATION', `'${named}' was changed while it was opened.`);
}

async function pinOpened(handle: FileHandle, real: string, spool: SpoolFolder): Promise<PinnedFile> {
  const folder = await spool.createFolder();
  // Characters that readers take for patterns must not reach them.
  const path = join(folder, basename(real).replaceAll(/[^\w.-]/g, '_'));
  const release = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    if (!(await linkOpened(handle, real, path))) await copyOpened(handle, path);
    return { path, release };
  } catch (error) {
    await release();
    throw PlatformError.from(error, 'STORAGE_IO');
  }
}

async function linkOpened(handle: FileHandle, real: string, path: string): Promise<boolean> {
  try {
    await link(real, path);
  } catch {
    // Another file system, or a file that may be read and not linked: it is copied instead.
    return false;
  }
  const [opened, linked] = await Promise.all([handle.stat(), stat(path)]);
  if (opened.dev === linked.dev && opened.ino === linked.ino) return true;
  await rm(path, { force: true });
  return false;
}

async function copyOpened(handle: FileHandle, path: string): Promise<void> {
  const copy = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of handle.createReadStream({ start: 0, autoClose: false, highWaterMark: 2 ** 20 })) {
      await writeAll(copy, chunk as Uint8Array);
    }
  } finally {
    await copy.close();
  }
}

function missing(named: string, error: unknown): PlatformError {
  return new PlatformError('STORAGE_FILE', `'${named}' cannot be opened: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  });
}

import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { PlatformError } from '../../../spi/index.ts';
import { onDisk, syncFolder, writeSynced } from '../../file/durable-file.ts';
import type { EngineHostKind } from '../host-kind.ts';

/** An engine that was installed while a server ran, and how it is started. */
export interface InstalledEngine {
  readonly name: string;
  readonly version: string;
  /** Name of its folder below the plugin directory. */
  readonly folder: string;
  /** Path of its module below that folder. */
  readonly entry: string;
  readonly host: EngineHostKind;
  /** Units: MiB. */
  readonly memoryMb?: number;
  readonly network?: boolean;
  readonly config: Readonly<Record<string, unknown>>;
  /** Share of a canary, 0 to 1; null for an engine that serves. */
  readonly share: number | null;
}

const FILE = 'installed.json';

/** The form of the file; a newer one is not read. */
const VERSION = 1;

/** Returns the engines that are recorded in a plugin directory, in the order of their installation.
 *  @throws STORAGE_CORRUPT for a file that is none of ours, STORAGE_FORMAT_TOO_NEW, STORAGE_IO */
export async function readInstalled(directory: string): Promise<readonly InstalledEngine[]> {
  const path = join(directory, FILE);
  const text = await onDisk(async () => {
    try {
      return await readFile(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  });
  if (text === null) return [];
  let stored: { readonly version?: unknown; readonly engines?: unknown };
  try {
    stored = JSON.parse(text) as typeof stored;
  } catch (error) {
    throw new PlatformError('STORAGE_CORRUPT', `The list of installed engines ${path} is not JSON.`, { cause: error });
  }
  if (typeof stored.version === 'number' && stored.version > VERSION) {
    throw new PlatformError('STORAGE_FORMAT_TOO_NEW', `The list of installed engines ${path} has version ${String(stored.version)}.`);
  }
  if (stored.version !== VERSION || !Array.isArray(stored.engines)) {
    throw new PlatformError('STORAGE_CORRUPT', `The list of installed engines ${path} has another form than it was written in.`);
  }
  return stored.engines as readonly InstalledEngine[];
}

/** Puts another list in the place of the recorded one, in one step; durable when it returns.
 *  @throws STORAGE_IO, RESOURCE_DISK */
export async function writeInstalled(directory: string, engines: readonly InstalledEngine[]): Promise<void> {
  const path = join(directory, FILE);
  const draft = `${path}.${String(process.pid)}-${String(Date.now())}`;
  await writeSynced(draft, `${JSON.stringify({ version: VERSION, engines }, null, 2)}\n`);
  await onDisk(() => rename(draft, path));
  await syncFolder(directory);
}

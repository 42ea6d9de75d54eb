import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { PlatformError } from '../../spi/index.ts';

/** A file that was found, by its name as it was asked for. */
export interface ListedFile {
  readonly path: string;
  /** What folders `name=value` between the folder that was asked for and the file tell. */
  readonly pathValues: Readonly<Record<string, string>>;
}

/** Files that one call takes. */
const FILES_MAX = 10_000;

/** Returns the path itself for a file, or the files below a folder: those whose names have the ending and, like their folders', begin with neither '.' nor '_'.
 *  A link is listed and not followed; whoever opens it checks where it leads.
 *  @throws STORAGE_FILE when there is none */
export async function listFiles(path: string, ending: string): Promise<readonly ListedFile[]> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new PlatformError('STORAGE_FILE', `There is no file or folder ${path}.`, { cause });
  });
  if (!found.isDirectory()) return [{ path, pathValues: {} }];
  const files: ListedFile[] = [];
  await walk(path, {}, ending, files);
  if (files.length > 0) return files;
  throw new PlatformError('STORAGE_FILE', `The folder ${path} has no files with names that end in '${ending}'.`);
}

async function walk(folder: string, pathValues: Readonly<Record<string, string>>, ending: string, files: ListedFile[]): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  for (const entry of entries.sort((left, right) => (left.name < right.name ? -1 : 1))) {
    const { name } = entry;
    if (name.startsWith('.') || name.startsWith('_')) continue;
    const path = join(folder, name);
    if (entry.isDirectory()) await walk(path, { ...pathValues, ...valueOf(path) }, ending, files);
    else if (name.endsWith(ending)) files.push({ path, pathValues });
    if (files.length > FILES_MAX) {
      throw new PlatformError('STORAGE_FILE', `The folder has more than ${String(FILES_MAX)} files.`, {
        hint: 'Name its folders one by one.',
      });
    }
  }
}

/** Hive writes signs that are special in paths as percent codes. */
function valueOf(path: string): Readonly<Record<string, string>> {
  const [, name, value] = /^([^=]+)=(.*)$/s.exec(basename(path)) ?? [];
  if (name === undefined || value === undefined) return {};
  try {
    return { [decodeURIComponent(name)]: decodeURIComponent(value) };
  } catch {
    // A lone percent sign stands for itself.
    return { [name]: value };
  }
}

import { randomUUID } from 'node:crypto';
import { link, open, realpath, stat, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileFormat, FileSource } from '../../../spi/index.ts';
import { fileError } from './file-error.ts';

/** What files of a format begin with. */
const MAGIC: Readonly<Partial<Record<FileFormat, string>>> = { parquet: 'PAR1', parquet_legacy: 'PAR1' };

/** Returns a user's file under its own path, without symbolic links in it.
 *  @throws STORAGE_FILE when there is no such file, it is not a regular one, cannot be read, or does not start as its format does */
export async function checkSource<Source extends Pick<FileSource, 'path' | 'format'>>(source: Source): Promise<Source> {
  const facts = await stat(source.path).catch((error: unknown) => {
    throw fileError(source, `cannot be found (${errorCode(error)})`, error);
  });
  if (facts.isDirectory()) throw fileError(source, 'is a directory');
  if (!facts.isFile()) throw fileError(source, 'is not a regular file');
  const file = await open(source.path).catch((error: unknown) => {
    throw fileError(source, `cannot be opened (${errorCode(error)})`, error);
  });
  try {
    const magic = MAGIC[source.format];
    if (facts.size === 0 && (magic !== undefined || source.format === 'arrow')) throw fileError(source, 'is empty');
    if (magic !== undefined) {
      const start = Buffer.alloc(magic.length);
      await file.read(start, 0, start.length, 0);
      if (start.toString('latin1') !== magic) throw fileError(source, `does not start with "${magic}", so it is not of this format`);
    }
  } finally {
    await file.close();
  }
  return { ...source, path: await realpath(source.path) };
}

/** Links a checked file under a plain name in the directory and returns the link's path: DuckDB would take `*`, `?` and `[` in a name for
 *  patterns and `key=value` folders for columns. It looks where a symbolic link leads to, so that a database which does not reach the file itself needs a
 *  hard one. */
export async function linkSource(
  source: Pick<FileSource, 'path' | 'format'>,
  directory: string,
  kind: 'hard' | 'symbolic',
): Promise<string> {
  const path = join(directory, `source-${randomUUID()}.${source.format}${source.path.endsWith('.gz') ? '.gz' : ''}`);
  await (kind === 'hard' ? link : symlink)(source.path, path);
  return path;
}

function errorCode(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code);
}

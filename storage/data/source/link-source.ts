import { randomUUID } from 'node:crypto';
import { open, stat, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileFormat, FileSource } from '../../../spi/index.ts';
import { fileError } from './file-error.ts';

/** A user's file under a name of ours. */
export interface SourceLink {
  readonly path: string;
  readonly bytes: number;
  remove(): Promise<void>;
}

/** Files of these formats hold at least a header and a footer. */
const MAGIC: Readonly<Partial<Record<FileFormat, string>>> = { parquet: 'PAR1' };

/** Links a user's file under a plain name: DuckDB would take `*`, `?` and `[` in a name for patterns and `key=value` folders for columns.
 *  @throws STORAGE_FILE when there is no such file, it is not a regular one, cannot be read, or does not start as its format does */
export async function linkSource(source: Pick<FileSource, 'path' | 'format'>, directory: string): Promise<SourceLink> {
  const bytes = await checkFile(source);
  const path = join(directory, `source-${randomUUID()}.${source.format}${source.path.endsWith('.gz') ? '.gz' : ''}`);
  await symlink(source.path, path);
  return { path, bytes, remove: () => unlink(path) };
}

async function checkFile(source: Pick<FileSource, 'path' | 'format'>): Promise<number> {
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
  return facts.size;
}

function errorCode(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code);
}

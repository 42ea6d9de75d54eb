import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { locationToPath, PlatformError, type VectorDelete } from '../../spi/index.ts';
import { parseDeletionVector } from './deletion-vector.ts';

/** Reads a deletion vector from its Puffin file, and gives its positions in ascending order. Blocks: for processes that work on one statement.
 *  @throws STORAGE_CORRUPT when the file is missing or too short, or the vector is damaged; STORAGE_IO */
export function readDeletionVector({ uri, offset, length, rows }: VectorDelete): readonly number[] {
  return parseDeletionVector(readBlob(uri, offset, length), rows, `The deletion vector in ${uri} at byte ${String(offset)}`);
}

function readBlob(uri: string, offset: number, length: number): Uint8Array {
  let file: number;
  try {
    file = openSync(locationToPath(uri), 'r');
  } catch (error) {
    throw unreadable(uri, error);
  }
  try {
    const { size } = fstatSync(file);
    if (offset < 0 || length < 0 || offset + length > size) {
      const message = `The file ${uri} has ${String(size)} bytes, so that no deletion vector can be at byte ${String(offset)}.`;
      throw new PlatformError('STORAGE_CORRUPT', message, { details: { location: uri } });
    }
    const blob = Buffer.alloc(length);
    for (let read = 0; read < length; ) {
      const bytes = readSync(file, blob, read, length - read, offset + read);
      if (bytes === 0) throw new PlatformError('STORAGE_CORRUPT', `The file ${uri} ends too early.`, { details: { location: uri } });
      read += bytes;
    }
    return blob;
  } finally {
    closeSync(file);
  }
}

function unreadable(uri: string, error: unknown): unknown {
  if (error instanceof PlatformError) return error;
  const code = String((error as NodeJS.ErrnoException).code);
  const message = `The file ${uri} of a deletion vector cannot be read (${code}).`;
  return new PlatformError(code === 'ENOENT' ? 'STORAGE_CORRUPT' : 'STORAGE_IO', message, { cause: error, details: { location: uri } });
}

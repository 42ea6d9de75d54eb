import { hash } from 'node:crypto';
import { parseDeletionVector } from '../../runtime/deletion-vector/index.ts';
import { assert, type DataFile, PlatformError } from '../../spi/index.ts';
import type { FileSystem } from '../file/file-system.ts';

/** Checks Puffin files of deletion vectors and makes them durable, each once however many vectors it has. */
export class VectorFiles {
  readonly #files: FileSystem;
  readonly #known = new Map<string, Promise<{ readonly bytes: Uint8Array; readonly sha256: string }>>();

  constructor(files: FileSystem) {
    this.#files = files;
  }

  /** Returns the SHA-256 in hex of a staged file with the vector of a data file.
   *  @throws STORAGE_CORRUPT when the file or the vector is not as told */
  async seal({ uri, bytes, vector }: DataFile, path: string): Promise<string> {
    assert(vector !== undefined, 'the file holds a deletion vector');
    const known = this.#known.get(path) ?? this.#read(path);
    this.#known.set(path, known);
    const file = await known;
    if (file.bytes.length !== bytes || vector.offset + vector.length > bytes) {
      const message = `The staged file ${uri} has ${String(file.bytes.length)} bytes in place of ${String(bytes)}.`;
      throw new PlatformError('STORAGE_CORRUPT', message, { details: { location: uri } });
    }
    const blob = file.bytes.subarray(vector.offset, vector.offset + vector.length);
    parseDeletionVector(blob, vector.rows, `The deletion vector in the staged file ${uri}`);
    return file.sha256;
  }

  async #read(path: string): Promise<{ readonly bytes: Uint8Array; readonly sha256: string }> {
    const bytes = await this.#files.read(path);
    await this.#files.sync(path);
    return { bytes, sha256: hash('sha256', bytes) };
  }
}

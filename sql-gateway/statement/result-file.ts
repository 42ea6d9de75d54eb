import { type FileHandle, open, rm } from 'node:fs/promises';
import { assert } from '../../spi/index.ts';
import { onDisk } from '../file/durable-file.ts';
import { writeAll } from '../file/write-all.ts';
import type { EncodedChunk } from '../result/encoded-chunk.ts';
import type { ResultRoom } from '../result/result-quota.ts';

/** A piece of a result that can be asked for again. Units: bytes from the start of the result. */
export interface ResultPage {
  readonly from: number;
  readonly to: number;
  /** Where the next page begins; null for the last one. */
  readonly next: number | null;
}

/** Units: bytes that are read at once. */
const READ_BYTES = 1 << 20;

/** The bytes of one result in a file that only this process's user may read. */
export class ResultFile {
  readonly #path: string;
  readonly #room: ResultRoom;
  readonly #pageBytes: number;
  #file: FileHandle | null = null;
  #bytes = 0;
  #isComplete = false;
  /** Where pages begin. The first piece after a full page begins the next one, so that no page but that of an empty result is empty. */
  readonly #pageStarts = [0];

  constructor(path: string, room: ResultRoom, pageBytes: number) {
    this.#path = path;
    this.#room = room;
    this.#pageBytes = pageBytes;
  }

  /** Units: bytes that were written. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Writes a piece behind those before. Pages are cut between pieces: between frames of Arrow and lines of text.
   *  Returns whether a page became full.
   *  @throws RESOURCE_RESULT_BYTES, RESOURCE_SPOOL, RESOURCE_DISK, STORAGE_IO */
  async append(piece: Uint8Array): Promise<boolean> {
    this.#room.take(piece.byteLength);
    const isCut = this.#bytes - (this.#pageStarts.at(-1) ?? 0) >= this.#pageBytes;
    await onDisk(async () => {
      this.#file ??= await open(this.#path, 'wx', 0o600);
      await writeAll(this.#file, piece);
    });
    if (isCut) this.#pageStarts.push(this.#bytes);
    this.#bytes += piece.byteLength;
    return isCut;
  }

  /** Notes that all pieces are there. */
  async complete(): Promise<void> {
    await this.#closeFile();
    this.#isComplete = true;
  }

  /** Removes the file; who reads it at the moment reads on. May be called more than once. */
  async remove(): Promise<void> {
    await this.#closeFile();
    await rm(this.#path, { force: true });
    this.#room.free();
  }

  /** Returns the page that begins there; null while it is not whole, undefined when none does. */
  pageAt(from: number): ResultPage | null | undefined {
    const index = this.#pageStarts.indexOf(from);
    if (index === -1) return undefined;
    const next = this.#pageStarts[index + 1];
    if (next !== undefined) return { from, to: next, next };
    return this.#isComplete ? { from, to: this.#bytes, next: null } : null;
  }

  /** Yields bytes of the file.
   *  @throws STORAGE_IO */
  async *read({ from, to }: Pick<ResultPage, 'from' | 'to'>): AsyncGenerator<EncodedChunk> {
    if (from === to) return;
    const file = await onDisk(() => open(this.#path, 'r'));
    try {
      for (let position = from; position < to; ) {
        const wanted = Math.min(READ_BYTES, to - position);
        const { bytesRead, buffer } = await onDisk(() => file.read(Buffer.allocUnsafeSlow(wanted), 0, wanted, position));
        assert(bytesRead > 0, 'the file of a result is as long as what was written');
        yield { bytes: buffer.subarray(0, bytesRead), rows: 0 };
        position += bytesRead;
      }
    } finally {
      await file.close();
    }
  }

  async #closeFile(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    await file?.close();
  }
}

import { PlatformError } from '../../spi/index.ts';

/** Reads numbers of bytes one after the other. `what` names the bytes in errors.
 *  @throws STORAGE_CORRUPT from every method when the bytes end before */
export class ByteReader {
  readonly #view: DataView;
  readonly #what: string;
  #at = 0;

  constructor(bytes: Uint8Array, what: string) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
  }

  get left(): number {
    return this.#view.byteLength - this.#at;
  }

  uint16(): number {
    return this.#view.getUint16(this.#next(2), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#next(4), true);
  }

  uint64(): bigint {
    return this.#view.getBigUint64(this.#next(8), true);
  }

  /** Returns the next bytes without a copy. */
  bytes(length: number): Uint8Array {
    const start = this.#next(length);
    return new Uint8Array(this.#view.buffer, this.#view.byteOffset + start, length);
  }

  /** Makes the error of bytes that are not what they should be. */
  corrupt(how: string): PlatformError {
    return new PlatformError('STORAGE_CORRUPT', `${this.#what} is damaged: ${how}.`);
  }

  #next(length: number): number {
    if (this.left < length) throw this.corrupt('it ends too early');
    this.#at += length;
    return this.#at - length;
  }
}

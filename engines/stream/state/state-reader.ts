import { PlatformError } from '../../../spi/index.ts';

/** Reads the parts of a state in the order in which they were written.
 *  @throws STORAGE_CORRUPT where a part is missing or cut off */
export class StateReader {
  readonly #whole: Uint8Array;
  #at = 0;

  constructor(whole: Uint8Array) {
    this.#whole = whole;
  }

  /** Returns a copy of the next part. */
  bytes(): Uint8Array {
    const start = this.#at + 8;
    if (start > this.#whole.byteLength) throw cutOff();
    const length = Number(new DataView(this.#whole.buffer, this.#whole.byteOffset + this.#at, 8).getBigUint64(0, true));
    if (start + length > this.#whole.byteLength) throw cutOff();
    this.#at = start + length + (-length & 7);
    return this.#whole.slice(start, start + length);
  }

  integers(): Int32Array {
    return new Int32Array(this.bytes().buffer);
  }

  doubles(): Float64Array {
    return new Float64Array(this.bytes().buffer);
  }

  number(): number {
    return this.doubles()[0] ?? 0;
  }

  text(): string {
    return new TextDecoder().decode(this.bytes());
  }
}

function cutOff(): PlatformError {
  return new PlatformError('STORAGE_CORRUPT', 'the snapshot of a state is shorter than what was written');
}

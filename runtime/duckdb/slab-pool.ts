import { PlatformError } from '../../spi/index.ts';

const SLABS_KEPT = 4;
const SLAB_BYTES_MIN = 64 << 10;

/** Keeps the memory of frames that came back, so that a long stream does not allocate a slab per frame. */
export class SlabPool {
  #free: ArrayBuffer[] = [];

  /** Returns `length` bytes of any content.
   *  @throws RESOURCE_MEMORY when the process may not have so many */
  take(length: number): Uint8Array {
    const index = this.#free.findIndex((slab) => slab.byteLength >= length);
    const [slab] = index === -1 ? [] : this.#free.splice(index, 1);
    if (slab !== undefined) return new Uint8Array(slab, 0, length);
    if (length < SLAB_BYTES_MIN) return new Uint8Array(length);
    // A little more than asked for, so that the next frame of the stream fits too.
    return new Uint8Array(allocate(length + Math.floor(length / 8)), 0, length);
  }

  /** Gives the memory of a frame back. */
  give(frame: Uint8Array): void {
    const { buffer } = frame;
    if (!(buffer instanceof ArrayBuffer) || buffer.byteLength < SLAB_BYTES_MIN || this.#free.includes(buffer)) return;
    if (this.#free.length === SLABS_KEPT) this.#free.shift();
    this.#free.push(buffer);
  }
}

function allocate(bytes: number): ArrayBufferLike {
  try {
    return Buffer.allocUnsafeSlow(bytes).buffer;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new PlatformError('RESOURCE_MEMORY', `A result frame of ${String(bytes)} bytes is more than the process may hold.`, {
      cause: error,
      hint: 'Return fewer or shorter values.',
    });
  }
}

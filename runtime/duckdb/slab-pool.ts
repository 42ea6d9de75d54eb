const SLABS_KEPT = 4;
const SLAB_BYTES_MIN = 64 << 10;

/** Keeps the memory of frames that came back, so that a long stream does not allocate a slab per frame. */
export class SlabPool {
  #free: ArrayBuffer[] = [];

  /** Returns `length` bytes of any content. */
  take(length: number): Uint8Array {
    const index = this.#free.findIndex((slab) => slab.byteLength >= length);
    const [slab] = index === -1 ? [] : this.#free.splice(index, 1);
    if (slab !== undefined) return new Uint8Array(slab, 0, length);
    if (length < SLAB_BYTES_MIN) return new Uint8Array(length);
    // A little more than asked for, so that the next frame of the stream fits too.
    return new Uint8Array(Buffer.allocUnsafeSlow(length + (length >> 3)).buffer, 0, length);
  }

  /** Gives the memory of a frame back. */
  give(frame: Uint8Array): void {
    const { buffer } = frame;
    if (!(buffer instanceof ArrayBuffer) || buffer.byteLength < SLAB_BYTES_MIN || this.#free.includes(buffer)) return;
    if (this.#free.length === SLABS_KEPT) this.#free.shift();
    this.#free.push(buffer);
  }
}

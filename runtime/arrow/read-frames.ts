import { PlatformError } from '../../spi/index.ts';
import { checkMessage } from './check-message.ts';

const CONTINUATION = 0xffffffff;
const PREFIX_BYTES = 8;
/** What an Arrow IPC file begins with; the stream follows. */
const FILE_MAGIC = Buffer.from('ARROW1\0\0');

function broken(what: string): PlatformError {
  return new PlatformError('STORAGE_FILE', `the bytes are not an Arrow IPC stream: ${what}`);
}

/** Cuts bytes that arrive in any pieces into whole, checked frames. */
class FrameSplitter {
  #pending: Uint8Array = new Uint8Array(0);
  #started = false;
  #ended = false;

  /** Takes bytes in and returns the frames that are complete; they may share memory with `bytes`. */
  push(bytes: Uint8Array): readonly Uint8Array[] {
    if (this.#ended) return [];
    this.#pending = this.#pending.byteLength === 0 ? bytes : Buffer.concat([this.#pending, bytes]);
    const frames: Uint8Array[] = [];
    if (!this.#skipMagic()) return frames;
    for (let length = this.#frameBytes(); length !== null; length = this.#frameBytes()) {
      frames.push(this.#pending.subarray(0, length));
      this.#pending = this.#pending.subarray(length);
    }
    return frames;
  }

  /** @throws STORAGE_FILE when a frame has begun and not ended */
  end(): void {
    if (!this.#ended && this.#pending.byteLength > 0) throw broken('it ends inside a message');
  }

  #skipMagic(): boolean {
    if (this.#started) return true;
    if (this.#pending.byteLength < PREFIX_BYTES) return false;
    this.#started = true;
    if (FILE_MAGIC.equals(this.#pending.subarray(0, PREFIX_BYTES))) this.#pending = this.#pending.subarray(PREFIX_BYTES);
    return true;
  }

  /** Returns the length of the first pending frame, or null when it is not complete or the stream has ended. */
  #frameBytes(): number | null {
    const bytes = this.#pending;
    if (this.#ended || bytes.byteLength < PREFIX_BYTES) return null;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (view.getUint32(0, true) !== CONTINUATION) throw broken('a message does not begin with the continuation marker');
    const metadataBytes = view.getInt32(4, true);
    if (metadataBytes === 0) {
      this.#ended = true;
      return null;
    }
    if (metadataBytes < 0) throw broken('a metadata length is negative');
    if (bytes.byteLength < PREFIX_BYTES + metadataBytes) return null;
    const length = PREFIX_BYTES + metadataBytes + checkMessage(bytes.subarray(PREFIX_BYTES, PREFIX_BYTES + metadataBytes));
    return bytes.byteLength < length ? null : length;
  }
}

/** Cuts the bytes of an Arrow IPC stream or file into its frames, without the end-of-stream marker; they share memory with `bytes`.
 *  @throws STORAGE_FILE when the bytes are not whole, sound frames */
export function readFrames(bytes: Uint8Array): readonly Uint8Array[] {
  const splitter = new FrameSplitter();
  const frames = splitter.push(bytes);
  splitter.end();
  return frames;
}

/** Cuts an Arrow IPC stream or file that arrives in any pieces into its frames, and ends at the end-of-stream marker.
 *  @throws STORAGE_FILE when the bytes are not whole, sound frames */
export async function* splitFrames(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const splitter = new FrameSplitter();
  for await (const piece of pieces) yield* splitter.push(piece);
  splitter.end();
}

import { open } from 'node:fs/promises';
import { PlatformError } from '../../../spi/index.ts';

/** Yields the frames of a file that an executor spooled, one in memory at a time.
 *  @throws STORAGE_UNAVAILABLE when the file is shorter than it was */
export async function* readSpool(path: string, bytes: number): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await open(path, 'r');
  try {
    const length = Buffer.alloc(4);
    for (let at = 0; at < bytes; ) {
      await readFully(length, at);
      const frame = Buffer.allocUnsafeSlow(length.readUInt32LE());
      await readFully(frame, at + 4);
      at += 4 + frame.byteLength;
      yield frame;
    }
  } finally {
    await file.close();
  }

  async function readFully(into: Buffer, position: number): Promise<void> {
    for (let filled = 0; filled < into.byteLength; ) {
      const { bytesRead } = await file.read(into, filled, into.byteLength - filled, position + filled);
      if (bytesRead === 0) throw new PlatformError('STORAGE_UNAVAILABLE', `the spooled result ${path} was cut off`);
      filled += bytesRead;
    }
  }
}

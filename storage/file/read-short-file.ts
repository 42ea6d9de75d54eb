import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** Returns the bytes of a file that is no longer than given, null for another one: a short file is there before another thread would have been asked for it.
 *  @throws the error of the file system */
export function readShortFile(path: string, bytesMax: number): Uint8Array | null {
  const file = openSync(path, constants.O_RDONLY);
  try {
    const { size: sizeBytes } = fstatSync(file);
    if (sizeBytes > bytesMax) return null;
    const bytes = Buffer.allocUnsafeSlow(sizeBytes);
    return readSync(file, bytes, 0, sizeBytes, 0) === sizeBytes ? bytes : null;
  } finally {
    closeSync(file);
  }
}

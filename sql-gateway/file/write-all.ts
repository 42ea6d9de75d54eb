import type { FileHandle } from 'node:fs/promises';

/** Writes all bytes at a place of the file, or where its last write ended: a single write may take fewer. */
export async function writeAll(file: FileHandle, bytes: Uint8Array, position: number | null = null): Promise<void> {
  for (let written = 0; written < bytes.byteLength; ) {
    const at = position === null ? null : position + written;
    written += (await file.write(bytes, written, bytes.byteLength - written, at)).bytesWritten;
  }
}

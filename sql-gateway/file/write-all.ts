import type { FileHandle } from 'node:fs/promises';

/** Writes all bytes at the file's end: a single write may take fewer. */
export async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < bytes.byteLength) offset += (await file.write(bytes, offset)).bytesWritten;
}

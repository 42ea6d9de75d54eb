import { PlatformError } from '../../spi/index.ts';

const CONTINUATION = 0xffffffff;

/** Splits bytes of an Arrow IPC stream into its frames, without the end-of-stream marker; the frames share memory with `bytes`.
 *  @throws STORAGE_FILE when the bytes are not whole frames */
export function readFrames(bytes: Uint8Array): readonly Uint8Array[] {
  const frames: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at < bytes.byteLength) {
    if (at + 8 > bytes.byteLength || view.getUint32(at, true) !== CONTINUATION) throw brokenAt(at);
    const metadataBytes = view.getInt32(at + 4, true);
    if (metadataBytes === 0) return frames;
    if (metadataBytes < 8 || at + 8 + metadataBytes > bytes.byteLength) throw brokenAt(at);
    const end = at + 8 + metadataBytes + bodyBytesOf(view, at + 8, metadataBytes);
    if (!Number.isSafeInteger(end) || end > bytes.byteLength) throw brokenAt(at);
    frames.push(bytes.subarray(at, end));
    at = end;
  }
  return frames;
}

function brokenAt(offset: number): PlatformError {
  return new PlatformError('STORAGE_FILE', `the bytes at offset ${String(offset)} are not an Arrow IPC message`);
}

/** Reads `bodyLength` out of the flatbuffer table `Message`, whose fourth field it is. */
function bodyBytesOf(view: DataView, start: number, length: number): number {
  const table = start + view.getUint32(start, true);
  const inside = (offset: number, size: number): boolean => offset >= start && offset + size <= start + length;
  if (!inside(table, 4)) throw brokenAt(start);
  const vtable = table - view.getInt32(table, true);
  if (!inside(vtable, 4)) throw brokenAt(start);
  if (view.getUint16(vtable, true) < 12 || !inside(vtable, 12)) return 0;
  const field = view.getUint16(vtable + 10, true);
  if (field === 0) return 0;
  if (!inside(table + field, 8)) throw brokenAt(start);
  const bodyBytes = Number(view.getBigInt64(table + field, true));
  if (bodyBytes < 0) throw brokenAt(start);
  return bodyBytes;
}

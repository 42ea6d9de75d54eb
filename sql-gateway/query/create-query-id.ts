import { randomFillSync } from 'node:crypto';

/** Random bytes for many ids: drawing them one id at a time costs more than the rest of a short statement's parse. */
const POOL = Buffer.alloc(4096);
const ID_BYTES = 16;
let poolOffset = POOL.byteLength;

/** Returns a UUID of version 7: ids sort by the millisecond in which they were made.
 *  @see RFC 9562, section 5.7 */
export function createQueryId(nowMs: number = Date.now()): string {
  if (poolOffset === POOL.byteLength) {
    randomFillSync(POOL);
    poolOffset = 0;
  }
  const bytes = POOL.subarray(poolOffset, poolOffset + ID_BYTES);
  poolOffset += ID_BYTES;
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

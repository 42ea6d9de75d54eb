import { crc32 } from 'node:zlib';
import { assert, PlatformError } from '../../spi/index.ts';
import { ByteReader } from './byte-reader.ts';
import { printRoaring } from './print-roaring.ts';
import { readRoaring } from './read-roaring.ts';

const MAGIC = Buffer.from([0xd1, 0xd3, 0x39, 0x64]);
/** Bytes of the length before, and of the checksum after, what they are of. */
const FRAME_BYTES = 4;
const KEY_SPAN = 2 ** 32;

/** Positions of rows are below this: no file has so many. */
const POSITIONS_MAX = 2 ** 40;

/** Reads a deletion vector, and gives its positions in ascending order. `what` names it in errors.
 *  @param rows positions that metadata says it has
 *  @throws STORAGE_CORRUPT when length, mark, checksum, number of positions or their order is not as it should be
 *  @see Puffin spec, `deletion-vector-v1` */
export function parseDeletionVector(blob: Uint8Array, rows: number, what: string): readonly number[] {
  const bytes = Buffer.from(blob.buffer, blob.byteOffset, blob.byteLength);
  const corrupt = (how: string): PlatformError => new PlatformError('STORAGE_CORRUPT', `${what} is damaged: ${how}.`);
  if (bytes.length < 2 * FRAME_BYTES + MAGIC.length) throw corrupt('it is too short');
  const body = bytes.subarray(FRAME_BYTES, -FRAME_BYTES);
  if (bytes.readUInt32BE(0) !== body.length) throw corrupt('its length is not the one told');
  if (!body.subarray(0, MAGIC.length).equals(MAGIC)) throw corrupt('it does not begin with its mark');
  if (crc32(body) !== bytes.readUInt32BE(bytes.length - FRAME_BYTES)) throw corrupt('its checksum is another');
  const positions = readPositions(new ByteReader(body.subarray(MAGIC.length), what));
  if (positions.length !== rows) throw corrupt(`it has ${String(positions.length)} positions in place of ${String(rows)}`);
  return positions;
}

function readPositions(reader: ByteReader): readonly number[] {
  const positions: number[] = [];
  let last = -1;
  for (let left = reader.uint64(); left > 0n; left -= 1n) {
    const key = reader.uint32();
    if (key <= last) throw reader.corrupt('its bitmaps are out of order');
    if (key >= POSITIONS_MAX / KEY_SPAN) throw reader.corrupt('it has positions beyond those of any file');
    last = key;
    for (const low of readRoaring(reader)) positions.push(key * KEY_SPAN + low);
  }
  if (reader.left > 0) throw reader.corrupt(`${String(reader.left)} bytes follow its last bitmap`);
  return positions;
}

/** Returns the deletion vector of ascending positions.
 *  @see Puffin spec, `deletion-vector-v1` */
export function printDeletionVector(positions: readonly number[]): Uint8Array {
  const keys = new Map<number, number[]>();
  let last = -1;
  for (const position of positions) {
    assert(position > last && position < POSITIONS_MAX, 'positions ascend');
    last = position;
    const key = Math.floor(position / KEY_SPAN);
    const lows = keys.get(key);
    if (lows === undefined) keys.set(key, [position % KEY_SPAN]);
    else lows.push(position % KEY_SPAN);
  }
  const count = Buffer.alloc(8);
  count.writeBigUInt64LE(BigInt(keys.size));
  const bitmaps = [...keys].flatMap(([key, lows]) => {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(key);
    return [head, printRoaring(lows)];
  });
  const body = Buffer.concat([MAGIC, count, ...bitmaps]);
  const [length, checksum] = [Buffer.alloc(FRAME_BYTES), Buffer.alloc(FRAME_BYTES)];
  length.writeUInt32BE(body.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

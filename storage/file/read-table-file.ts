import { gunzipSync } from 'node:zlib';
import { PlatformError } from '../../spi/index.ts';
import type { FileSystem } from './file-system.ts';
import { readSealed } from './sealed-name.ts';

/** Units: bytes that a compressed metadata file may grow to. */
const BYTES_MAX = 1 << 30;

/** Reads a table metadata file of any writer; others may compress theirs.
 *  @throws STORAGE_CORRUPT */
export async function readTableFile(files: FileSystem, location: string): Promise<Uint8Array> {
  const bytes = await readSealed(files, location);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: BYTES_MAX });
  } catch (cause) {
    throw new PlatformError('STORAGE_CORRUPT', `The file ${location} cannot be unpacked.`, { cause, details: { location } });
  }
}

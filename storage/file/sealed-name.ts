import { createHash, randomBytes } from 'node:crypto';
import { locationToPath, PlatformError } from '../../spi/index.ts';
import type { FileSystem } from './file-system.ts';

/** A UUID of version 8 in a file's name: its first half is random, its second half is taken from the file's bytes. */
const SEALED_ID = /[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/;

/** Where the half of the bytes begins in the id. */
const HASH_AT = 19;

/** Returns an id for the name of a file that holds just these bytes, so that whoever reads it by its name notices when they have changed. It is unique
 *  even when the bytes are not.
 *  @see RFC 9562, "UUID Version 8": its content is up to the maker */
export function sealedId(bytes: Uint8Array): string {
  const id = randomBytes(16);
  createHash('sha256').update(bytes).digest().copy(id, 8, 0, 8);
  id[6] = 0x80 | ((id[6] ?? 0) & 0x0f);
  id[8] = 0x80 | ((id[8] ?? 0) & 0x3f);
  const hex = id.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** Reads a metadata file. The names of files of other writers tell nothing, so that their bytes are taken as they are.
 *  @throws STORAGE_CORRUPT when the file is missing, or its bytes are not those that its name tells */
export async function readSealed(files: FileSystem, location: string): Promise<Uint8Array> {
  const bytes = await files.read(locationToPath(location));
  const told = SEALED_ID.exec(location.slice(location.lastIndexOf('/')))?.[0];
  if (told === undefined || told.slice(HASH_AT) === sealedId(bytes).slice(HASH_AT)) return bytes;
  throw new PlatformError('STORAGE_CORRUPT', `The file ${location} is not what was written: its bytes do not fit its name.`, {
    hint: 'Restore the file from a copy.',
    details: { location },
  });
}

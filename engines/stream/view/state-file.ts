import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { PlatformError } from '../../../spi/index.ts';
import { StateReader } from '../state/state-reader.ts';
import type { StateWriter } from '../state/state-writer.ts';

/** Changes whenever a state is written in another form. */
const FORMAT_VERSION = 1;
const MAGIC = Buffer.from('TRIVSTAT');
const FINGERPRINT_BYTES = 32;
/** Magic, version, checksum of all that follows, length of the parts, fingerprint of the query. */
const HEADER_BYTES = MAGIC.byteLength + 4 + 4 + 8 + FINGERPRINT_BYTES;
const READ_BYTES = 64 * 2 ** 20;

/** Writes a state to a file and syncs it with its directory. Returns the length of the file.
 *  @throws RESOURCE_DISK, STORAGE_IO */
export async function writeStateFile(path: string, fingerprint: string, state: StateWriter): Promise<number> {
  const header = Buffer.alloc(HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUInt32LE(FORMAT_VERSION, 8);
  header.writeBigUInt64LE(BigInt(state.byteLength), 16);
  hashOf(fingerprint).copy(header, 24);
  let checksum = crc32(header.subarray(16));
  for (const piece of state.pieces()) checksum = crc32(piece, checksum);
  header.writeUInt32LE(checksum, 12);
  try {
    const file = await open(path, 'w');
    try {
      await file.writeFile(header);
      for (const piece of state.pieces()) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
    await syncDirectory(dirname(path));
  } catch (error) {
    throw failure(error, 'written');
  }
  return HEADER_BYTES + state.byteLength;
}

/** Reads the state that was written for a query of the same fingerprint.
 *  @throws STORAGE_CORRUPT when the file is missing, is of another form or another query, or is not what was written; STORAGE_IO */
export async function readStateFile(path: string, fingerprint: string): Promise<StateReader> {
  const bytes = await readWhole(path);
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, HEADER_BYTES));
  const refuse = (reason: string): PlatformError =>
    new PlatformError('STORAGE_CORRUPT', `the state file ${path} ${reason}; the view has to be built anew`);
  if (header.byteLength < HEADER_BYTES || !header.subarray(0, 8).equals(MAGIC)) throw refuse('is no state of a view');
  const version = header.readUInt32LE(8);
  if (version !== FORMAT_VERSION) throw refuse(`has format ${String(version)}, this program reads ${String(FORMAT_VERSION)}`);
  if (header.readBigUInt64LE(16) !== BigInt(bytes.byteLength - HEADER_BYTES)) throw refuse('is cut off');
  if (crc32(bytes.subarray(16)) !== header.readUInt32LE(12)) throw refuse('is damaged: its checksum is wrong');
  if (!header.subarray(24, HEADER_BYTES).equals(hashOf(fingerprint))) throw refuse('belongs to another query');
  return new StateReader(bytes.subarray(HEADER_BYTES));
}

function hashOf(fingerprint: string): Buffer {
  return createHash('sha256').update(fingerprint).digest();
}

/** A file of more than 2 GiB cannot be read in one call. */
async function readWhole(path: string): Promise<Uint8Array> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, 'r');
    const bytes = new Uint8Array((await file.stat()).size);
    let at = 0;
    while (at < bytes.byteLength) {
      const { bytesRead } = await file.read(bytes, at, Math.min(READ_BYTES, bytes.byteLength - at), at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    return bytes.subarray(0, at);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw new PlatformError('STORAGE_CORRUPT', `the state file ${path} is missing`, { cause: error });
    throw failure(error, 'read');
  } finally {
    await file?.close();
  }
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function failure(error: unknown, what: string): PlatformError {
  const full = ['ENOSPC', 'EDQUOT'].includes(errorCode(error));
  return new PlatformError(full ? 'RESOURCE_DISK' : 'STORAGE_IO', `the state of a view cannot be ${what}: ${String(error)}`, {
    cause: error,
  });
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { type DataFile, type ExistingFile, type Field, pathToLocation, type StagingTarget } from '../../../spi/index.ts';
import { CompactError } from '../parquet/compact-struct.ts';
import { fileFacts } from '../parquet/file-facts.ts';
import { matchParquetColumns } from '../parquet/match-parquet-columns.ts';
import { type ParquetFooter, readParquetMetadata } from '../parquet/parquet-footer.ts';
import { fileError } from '../source/file-error.ts';

/** A file that was taken into a staging directory. */
export interface AdoptedFile {
  /** Null for a file without rows. */
  readonly file: DataFile | null;
  /** The table's columns that the file has. */
  readonly fields: readonly Field[];
}

/** Units: bytes of the length of the footer and the mark behind it. */
const TAIL_BYTES = 8;

/** Units: bytes of a footer that is read at all. */
const FOOTER_BYTES_MAX = 256 << 20;

/** Units: bytes that are copied at a time. */
const CHUNK_BYTES = 1 << 20;

/** Copies a user's Parquet file into the target without touching its pages: the footer alone is written anew, with the table's field ids. The name of the copy holds the
 *  beginning of the SHA-256 of the file's bytes, so that the same file is known again. @see DataService.adoptFile */
export async function adoptFile(target: StagingTarget, source: ExistingFile, signal: AbortSignal): Promise<AdoptedFile> {
  const told = { path: source.name, format: 'parquet' } as const;
  const from = await open(source.path).catch((error: unknown) => {
    throw fileError(told, `cannot be opened (${String((error as NodeJS.ErrnoException).code)})`, error);
  });
  try {
    const { size } = await from.stat();
    const { footer, footerStart } = await readFooter(from, size, told);
    const inPath = new Map(Object.entries(source.pathValues));
    const matched = matchParquetColumns(footer, target.fields, new Set(inPath.keys()), source.name);
    const table = { fields: target.fields, spec: target.partitionSpec };
    if (footer.rows === 0) return { file: null, fields: matched.fields };
    const facts = fileFacts(footer, matched, table, inPath, source.name);
    const digest = await digestOf(from, size, signal);
    const path = join(target.directory, `${adoptedPrefix(digest)}.parquet`);
    const bytes = await copyWithFooter(from, footerStart, footer.withFieldIds(matched.ids), path, signal);
    return { file: { uri: pathToLocation(path), rows: footer.rows, bytes, ...facts }, fields: matched.fields };
  } finally {
    await from.close();
  }
}

const adoptedPrefix = (digest: string): string => `added_${digest.slice(0, 32)}`;

type Told = Parameters<typeof fileError>[0];

async function readFooter(from: FileHandle, size: number, told: Told): Promise<{ footer: ParquetFooter; footerStart: number }> {
  const tail = Buffer.alloc(TAIL_BYTES);
  if (size > 2 * TAIL_BYTES) await from.read(tail, 0, TAIL_BYTES, size - TAIL_BYTES);
  const length = tail.readUInt32LE(0);
  const footerStart = size - TAIL_BYTES - length;
  if (tail.toString('latin1', 4) !== 'PAR1' || footerStart < 4) throw fileError(told, 'does not end as a Parquet file does');
  if (length > FOOTER_BYTES_MAX) throw fileError(told, `has a footer of ${String(length)} bytes`);
  const bytes = Buffer.alloc(length);
  await from.read(bytes, 0, length, footerStart);
  try {
    return { footer: readParquetMetadata(bytes), footerStart };
  } catch (error) {
    if (error instanceof CompactError) throw fileError(told, `has a footer that cannot be read: ${error.message}`, error);
    throw error;
  }
}

async function digestOf(from: FileHandle, size: number, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of chunksOf(from, size, signal)) hash.update(chunk);
  return hash.digest('hex');
}

async function copyWithFooter(from: FileHandle, pagesEnd: number, footer: Uint8Array, path: string, signal: AbortSignal): Promise<number> {
  // The same content twice in one call: the copy that is there is as good, and its name tells the caller.
  const to = await open(path, 'w');
  try {
    for await (const chunk of chunksOf(from, pagesEnd, signal)) await to.writeFile(chunk);
    const tail = Buffer.alloc(TAIL_BYTES, 'PAR1PAR1', 'latin1');
    tail.writeUInt32LE(footer.byteLength, 0);
    await to.writeFile(Buffer.concat([footer, tail]));
    return pagesEnd + footer.byteLength + TAIL_BYTES;
  } finally {
    await to.close();
  }
}

/** Reads by position, so that a file may be read twice. */
async function* chunksOf(from: FileHandle, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < end; ) {
    signal.throwIfAborted();
    const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, end - at));
    const { bytesRead } = await from.read(chunk, 0, chunk.byteLength, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield chunk.subarray(0, bytesRead);
  }
}

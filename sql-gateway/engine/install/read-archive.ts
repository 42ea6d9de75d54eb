import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { PlatformError } from '../../../spi/index.ts';

/** A file of a package. */
export interface PackageFile {
  /** Path below the package's folder, with `/`. */
  readonly path: string;
  readonly bytes: Buffer;
}

/** Units: bytes of all files of a package together. */
const UNPACKED_BYTES_MAX = 512 * 2 ** 20;

/** Units: files and folders of a package. */
const ENTRIES_MAX = 50_000;

const BLOCK = 512;

const unzip = promisify(gunzip);

/** Reads the files of a package as npm packs it: a gzipped tar whose entries lie in one folder.
 *  Guarantees: plain files only, none of which lies outside of the package's folder, and a bounded amount of memory.
 *  @throws REQUEST_INVALID for anything else
 *  @see POSIX.1-2017, pax, "ustar Interchange Format" and "pax Header Block" */
export async function readArchive(packed: Buffer): Promise<readonly PackageFile[]> {
  const tar = await unzip(packed, { maxOutputLength: UNPACKED_BYTES_MAX }).catch((error: unknown) => {
    throw invalid(`it is not a gzipped file of at most ${String(UNPACKED_BYTES_MAX)} bytes`, error);
  });
  const files = new Map<string, PackageFile>();
  let longPath: string | null = null;
  let entries = 0;
  for (let offset = 0; offset + BLOCK <= tar.length; ) {
    const header = tar.subarray(offset, offset + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    checkSum(header);
    entries += 1;
    if (entries > ENTRIES_MAX) throw invalid(`it has more than ${String(ENTRIES_MAX)} entries`);
    const size = octal(header, 124, 12);
    const start = offset + BLOCK;
    if (start + size > tar.length) throw invalid('it ends within a file');
    const bytes = tar.subarray(start, start + size);
    offset = start + Math.ceil(size / BLOCK) * BLOCK;
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === 'x') longPath = paxPath(bytes) ?? longPath;
    else if (type === 'L') longPath = text(bytes, 0, bytes.length);
    else if (type !== 'g') {
      const path = pathWithin(longPath ?? shortPath(header));
      longPath = null;
      if (type === '5') continue;
      if (type !== '0' && type !== '\0') throw invalid(`'${path}' is a link or a special file`);
      files.set(path, { path, bytes });
    }
  }
  return [...files.values()];
}

/** Takes the outer folder off, and refuses what would lie outside of it. */
function pathWithin(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const [, ...inner] = parts;
  if (path.startsWith('/') || path.includes('\\') || path.includes('\0') || parts.includes('..')) {
    throw invalid(`the path '${path}' leads out of it`);
  }
  return inner.join('/');
}

function shortPath(header: Buffer): string {
  const prefix = text(header, 257, 5) === 'ustar' ? text(header, 345, 155) : '';
  const name = text(header, 0, 100);
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** Records are `<length> <key>=<value>\n`, the length in bytes. */
function paxPath(bytes: Buffer): string | null {
  let path: string | null = null;
  for (let offset = 0; offset < bytes.length; ) {
    const space = bytes.indexOf(0x20, offset);
    const length = Number(bytes.subarray(offset, space).toString('latin1'));
    if (space < 0 || !Number.isSafeInteger(length) || length <= space - offset) throw invalid('an extended header is damaged');
    const record = bytes.subarray(space + 1, offset + length - 1).toString('utf8');
    if (record.startsWith('path=')) path = record.slice('path='.length);
    offset += length;
  }
  return path;
}

function checkSum(header: Buffer): void {
  let sum = 0;
  for (const [index, byte] of header.entries()) sum += index >= 148 && index < 156 ? 0x20 : byte;
  if (sum !== octal(header, 148, 8)) throw invalid('it is not a tar archive, or damaged');
}

function octal(header: Buffer, start: number, length: number): number {
  const digits = text(header, start, length).trim();
  if (!/^[0-7]*$/.test(digits)) throw invalid('it is not a tar archive, or damaged');
  return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function text(bytes: Buffer, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? field.length : end).toString('utf8');
}

function invalid(what: string, cause?: unknown): PlatformError {
  return new PlatformError('REQUEST_INVALID', `The package cannot be read: ${what}.`, {
    cause,
    hint: 'Give a folder with a package.json, or the .tgz that `npm pack` makes of it.',
  });
}

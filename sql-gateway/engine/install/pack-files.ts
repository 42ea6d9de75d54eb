import { gzipSync } from 'node:zlib';
import type { PackageFile } from './read-archive.ts';

const BLOCK = 512;

/** Returns the files as a package as npm packs it: a gzipped tar whose entries lie in the folder `package`.
 *  Guarantees: the same files give the same bytes. */
export function packFiles(files: readonly PackageFile[]): Buffer {
  const blocks = files.flatMap(({ path, bytes }) => {
    const whole = `package/${path}`;
    const extended = paxRecord(`path=${whole}\n`);
    return [...entry('x', 'package/PaxHeader', extended), ...entry('0', whole, bytes)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]));
}

/** The length that a record begins with counts its own digits. */
function paxRecord(text: string): Buffer {
  const bytes = Buffer.byteLength(text) + 1;
  let length = bytes + String(bytes).length;
  if (bytes + String(length).length !== length) length += 1;
  return Buffer.from(`${String(length)} ${text}`);
}

function entry(type: string, path: string, bytes: Buffer): readonly Buffer[] {
  const header = Buffer.alloc(BLOCK);
  header.write(path.slice(0, 100), 0, 'latin1');
  header.write('0000644\0', 100, 'latin1');
  header.write('0000000\0', 108, 'latin1');
  header.write('0000000\0', 116, 'latin1');
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  header.write('00000000000\0', 136, 'latin1');
  header.write(' '.repeat(8), 148, 'latin1');
  header.write(type, 156, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return [header, bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)];
}

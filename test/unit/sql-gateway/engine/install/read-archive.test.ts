import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { packFiles } from '../../../../../sql-gateway/engine/install/pack-files.ts';
import { readArchive } from '../../../../../sql-gateway/engine/install/read-archive.ts';

const file = (path: string, text = path): { readonly path: string; readonly bytes: Buffer } => ({ path, bytes: Buffer.from(text) });

const noSpoil: (header: Buffer) => void = () => undefined;

/** One entry of a tar archive as any program may write it. */
function tar(name: string, { type = '0', text = '', spoil = noSpoil } = {}): Buffer {
  const header = Buffer.alloc(512);
  header.write(name);
  header.write(Buffer.byteLength(text).toString(8).padStart(11, '0'), 124);
  header.write(' '.repeat(8) + type, 148);
  header.write('ustar', 257);
  spoil(header);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return gzipSync(Buffer.concat([header, Buffer.from(text), Buffer.alloc(((512 - (text.length % 512)) % 512) + 1024)]));
}

describe('a package', () => {
  it('comes out as it was packed, long and foreign names included', async () => {
    const files = [
      file('package.json', '{}'),
      file(`${'deep/'.repeat(60)}ä.js`, 'x'.repeat(1000)),
      file('empty', ''),
      file('b'.repeat(90)),
    ];
    expect(await readArchive(packFiles(files))).toEqual(files);
  });

  it('is packed to the same bytes each time', () => {
    expect(packFiles([file('a')]).equals(packFiles([file('a')]))).toBe(true);
  });

  it('of another program is read without its outer folder', async () => {
    expect(await readArchive(tar('other/index.js', { text: 'export default 1' }))).toEqual([file('index.js', 'export default 1')]);
  });

  it.each([
    ['a path upwards', tar('package/../../etc/passwd')],
    ['an absolute path', tar('/etc/passwd')],
    ['a path with a backslash', tar('package\\..\\x')],
    ['a link', tar('package/link', { type: '2' })],
    ['a hard link', tar('package/link', { type: '1' })],
    ['a device', tar('package/null', { type: '3' })],
    ['a file that goes on after its end', tar('package/a', { spoil: (header) => header.write('00000010000', 124) })],
    ['a size that is no number', tar('package/a', { spoil: (header) => header.write('0000000z000', 124) })],
    ['no gzip', Buffer.from('package.json')],
    ['no tar', gzipSync(Buffer.alloc(1024, 1))],
  ])('with %s is refused', async (_, packed) => {
    await expect(readArchive(packed)).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it('whose files lead out by a long name is refused', async () => {
    await expect(readArchive(packFiles([file('../../x')]))).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});

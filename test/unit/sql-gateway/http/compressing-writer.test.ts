import { createGunzip, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createCompressingWriter } from '../../../../sql-gateway/http/compressing-writer.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Returns what a reader has who was sent no more than this. */
async function inflateSoFar(coded: Uint8Array): Promise<string> {
  const gunzip = createGunzip();
  let text = '';
  gunzip.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await new Promise((resolve) => gunzip.write(coded, resolve));
  gunzip.destroy();
  return text;
}

describe('a compressing writer', () => {
  it('gives after each call all that its reader needs for the pieces so far', async () => {
    const writer = createCompressingWriter('gzip');
    const first = Buffer.concat(await writer.code([bytes('one,'), bytes('two,')]));
    expect(await inflateSoFar(first)).toBe('one,two,');
    const second = Buffer.concat([first, ...(await writer.code([bytes('three,')]))]);
    expect(await inflateSoFar(second)).toBe('one,two,three,');
    const whole = Buffer.concat([second, ...(await writer.end([bytes('four')]))]);
    expect(gunzipSync(whole).toString()).toBe('one,two,three,four');
    writer.close();
  });

  it('gives pieces that are larger than its own buffers whole', async () => {
    const large = bytes(Array.from({ length: 100_000 }, (_, index) => String(index * 7919)).join(','));
    const writer = createCompressingWriter('gzip');
    const coded = [...(await writer.code([large])), ...(await writer.end([]))];
    expect(gunzipSync(Buffer.concat(coded)).equals(large)).toBe(true);
    writer.close();
  });
});

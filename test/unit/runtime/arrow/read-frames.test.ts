import { tableFromArrays, tableFromIPC, tableToIPC } from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ARROW_END_OF_STREAM, encodeSmallTable, readFrames, readRows, splitFrames } from '../../../../runtime/arrow/index.ts';
import { PlatformError } from '../../../../spi/index.ts';

const STREAM = tableToIPC(tableFromArrays({ n: Int32Array.of(1, 2, 3), s: ['a', 'b', null] }), 'stream');

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'sound';
  } catch (error) {
    return error instanceof PlatformError ? error.code : String(error);
  }
}

describe('frames', () => {
  it('put together again are the stream they were cut from', () => {
    const frames = readFrames(STREAM);
    expect(Buffer.concat([...frames, ARROW_END_OF_STREAM]).equals(Buffer.from(STREAM))).toBe(true);
    expect(frames.every((frame) => frame.byteLength % 8 === 0)).toBe(true);
  });

  it('come out whole when the bytes arrive in any pieces', async () => {
    async function* pieces(size: number): AsyncGenerator<Uint8Array> {
      await Promise.resolve();
      for (let at = 0; at < STREAM.length; at += size) yield STREAM.subarray(at, at + size);
    }
    for (const size of [1, 7, 64, STREAM.length]) {
      const frames: Buffer[] = [];
      for await (const frame of splitFrames(pieces(size))) frames.push(Buffer.from(frame));
      expect(frames).toEqual(readFrames(STREAM).map((frame) => Buffer.from(frame)));
    }
  });

  it('cut off anywhere but between frames are refused', () => {
    const boundaries = new Set<number>([0]);
    let at = 0;
    for (const frame of readFrames(STREAM)) boundaries.add((at += frame.byteLength));
    for (let length = 1; length < at; length += 1) {
      expect([length, codeOf(() => readFrames(STREAM.subarray(0, length)))]).toEqual([
        length,
        boundaries.has(length) ? 'sound' : 'STORAGE_FILE',
      ]);
    }
  });

  it('with damaged metadata are refused or sound, and never make the reader allocate without bound', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(STREAM.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }), (changes) => {
        const bytes = Uint8Array.from(STREAM);
        for (const [index, value] of changes) bytes[index] = value;
        expect(['sound', 'STORAGE_FILE', 'STORAGE_UNSUPPORTED']).toContain(codeOf(() => readFrames(bytes)));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('a small table', () => {
  const columns = [
    { name: 'text', type: { kind: 'varchar' } },
    { name: 'count', type: { kind: 'bigint' } },
    { name: 'done', type: { kind: 'boolean' } },
    { name: 'ratio', type: { kind: 'double' } },
    { name: 'at', type: { kind: 'timestamptz' } },
  ] as const;

  it('is read by apache-arrow and by rows', () => {
    const frames = encodeSmallTable(columns, [
      ['é', '9007199254740993', true, '1.5', -1n],
      [null, null, null, null, null],
    ]);
    expect(tableFromIPC(Buffer.concat([...frames, ARROW_END_OF_STREAM])).numRows).toBe(2);
    expect(readRows(frames)).toEqual([
      { text: 'é', count: 9007199254740993n, done: true, ratio: 1.5, at: '1969-12-31T23:59:59.999999Z' },
      { text: null, count: null, done: null, ratio: null, at: null },
    ]);
  });

  it('may have no rows', () => {
    expect(tableFromIPC(encodeSmallTable(columns, []) as Uint8Array[]).numRows).toBe(0);
  });
});

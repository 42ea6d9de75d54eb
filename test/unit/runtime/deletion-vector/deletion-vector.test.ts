import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ByteReader } from '../../../../runtime/deletion-vector/byte-reader.ts';
import { parseDeletionVector, printDeletionVector } from '../../../../runtime/deletion-vector/index.ts';
import { readRoaring } from '../../../../runtime/deletion-vector/read-roaring.ts';

const ascending = (numbers: readonly number[]): number[] => [...new Set(numbers)].sort((left, right) => left - right);
const reread = (numbers: readonly number[]): readonly number[] =>
  parseDeletionVector(printDeletionVector(numbers), numbers.length, 'The vector');

describe('a deletion vector', () => {
  it('is the one that other writers write', () => {
    const bytes = '00000026d1d339640100000000000000000000003a300000010000000000020010000000010005000900d3404de9';
    expect(Buffer.from(printDeletionVector([1, 5, 9])).toString('hex')).toBe(bytes);
    expect(parseDeletionVector(Buffer.from(bytes, 'hex'), 3, 'The vector')).toEqual([1, 5, 9]);
  });

  it.each([
    ['no position', []],
    ['a run', Array.from({ length: 200_000 }, (_, index) => index)],
    ['every second position', Array.from({ length: 5000 }, (_, index) => index * 2)],
    ['few positions far apart', [3, 65_535, 65_536, 2 ** 32 + 5, 2 ** 33, 2 ** 40 - 1]],
    [
      'all forms of containers',
      [
        1,
        7,
        ...Array.from({ length: 60_000 }, (_, index) => 70_000 + index * 3),
        ...Array.from({ length: 900 }, (_, index) => 900_000 + index),
      ],
    ],
  ])('of %s is read back', (_name, numbers) => {
    expect(reread(numbers)).toEqual(numbers);
  });

  it('of any positions is read back', () => {
    const position = fc.oneof(fc.nat(300), fc.nat(200_000), fc.integer({ min: 0, max: 2 ** 39 }));
    const run = fc.tuple(fc.nat(100_000), fc.nat(300)).map(([start, length]) => Array.from({ length }, (_, index) => start + index));
    fc.assert(
      fc.property(fc.array(position), fc.array(run, { maxLength: 3 }), (numbers, runs) => {
        const all = ascending([...numbers, ...runs.flat()]);
        expect(reread(all)).toEqual(all);
      }),
      { numRuns: 200 },
    );
  });

  it('with any byte changed is refused', () => {
    const bytes = printDeletionVector([1, 5, 9, 70_000, 70_001, 70_002, 70_003, 2 ** 32]);
    for (let at = 0; at < bytes.length; at += 1) {
      const damaged = Uint8Array.from(bytes);
      damaged[at] = (damaged[at] ?? 0) ^ 0x10;
      expect(() => parseDeletionVector(damaged, 8, 'The vector')).toThrow(expect.objectContaining({ code: 'STORAGE_CORRUPT' }) as Error);
    }
    for (const end of [0, 4, 11, bytes.length - 1]) {
      expect(() => parseDeletionVector(bytes.subarray(0, end), 8, 'The vector')).toThrow('is damaged');
    }
  });

  it('with a changed byte would give other positions if nobody compared the checksum', () => {
    const bytes = Buffer.from(printDeletionVector([1, 5, 9]));
    bytes[bytes.length - 6] = 12;
    const bitmap = bytes.subarray(4 + 4 + 8 + 4, -4);
    expect([...readRoaring(new ByteReader(bitmap, 'The bitmap'))]).toEqual([1, 5, 12]);
    expect(() => parseDeletionVector(bytes, 3, 'The vector')).toThrow('its checksum is another');
  });

  it('with another number of positions than metadata says is refused', () => {
    expect(() => parseDeletionVector(printDeletionVector([1, 2]), 3, 'The vector')).toThrow('2 positions in place of 3');
  });
});

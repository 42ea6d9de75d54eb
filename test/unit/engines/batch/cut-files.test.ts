import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutFiles } from '../../../../engines/batch/run/cut-files.ts';

const file = (path: string, rows: number, bytes = rows) => ({ path, rows, bytes });

test('files stay whole where there are as many as pieces', () => {
  const pieces = cutFiles([file('a', 100), file('b', 95), file('c', 105)], 3);
  expect(pieces).toEqual([
    { files: ['a'], parts: [] },
    { files: ['b'], parts: [] },
    { files: ['c'], parts: [] },
  ]);
});

test('a file is cut through where there are more pieces than files', () => {
  expect(cutFiles([file('a', 100, 5000)], 2)).toEqual([
    { files: [], parts: [{ file: 'a', from: 0, to: 50 }] },
    { files: [], parts: [{ file: 'a', from: 50, to: 100 }] },
  ]);
});

test('no files are one piece without rows', () => {
  expect(cutFiles([], 4)).toEqual([{ files: [], parts: [] }]);
});

test('every row is in exactly one piece', () => {
  const sizes = fc.array(fc.record({ rows: fc.nat(500), bytes: fc.nat(10_000) }), { maxLength: 8 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 20 }), (all, count) => {
      const files = all.map(({ rows, bytes }, index) => file(String(index), rows, bytes));
      const covered = new Map(files.map(({ path, rows }) => [path, new Array<number>(rows).fill(0)]));
      for (const piece of cutFiles(files, count)) {
        for (const path of piece.files) covered.set(path, covered.get(path)?.map((times) => times + 1) ?? []);
        for (const { file: path, from, to } of piece.parts) {
          covered.set(path, covered.get(path)?.map((times, row) => (row >= from && row < to ? times + 1 : times)) ?? []);
        }
      }
      for (const times of covered.values()) expect(times.every((seen) => seen === 1)).toBe(true);
    }),
  );
});

import { expect, test } from 'vitest';
import { LaneIndex } from '../../../../../engines/stream/state/lane-index.ts';
import { StateReader } from '../../../../../engines/stream/state/state-reader.ts';
import { StateWriter } from '../../../../../engines/stream/state/state-writer.ts';
import { seededRandom } from '../../../../../tck/truth/seeded-random.ts';

test.each([1, 2, 3, 7])(
  'keys of %i lanes get dense numbers in the order of their first appearance, through growth and a restore',
  (width) => {
    const random = seededRandom(width);
    const rows = 50_000;
    const lanes = Int32Array.from({ length: rows * width }, () => Math.floor(random() * (width === 1 ? 20_000 : 100)));
    const index = new LaneIndex(width);
    const ids = new Int32Array(rows);
    index.insert(lanes, rows, ids);
    const expected = new Map<string, number>();
    const numbers = Array.from({ length: rows }, (_, row) => {
      const key = lanes.subarray(row * width, (row + 1) * width).join();
      const known = expected.get(key) ?? expected.size;
      expected.set(key, known);
      return known;
    });
    expect([...ids]).toEqual(numbers);
    expect(index.size).toBe(expected.size);
    const writer = new StateWriter();
    index.snapshot(writer);
    const restored = new LaneIndex(width);
    restored.restore(new StateReader(writer.finish()));
    const found = new Int32Array(rows);
    restored.find(lanes, rows, found);
    expect([...found]).toEqual(numbers);
    restored.find(new Int32Array(width).fill(-1), 1, found);
    expect(found[0]).toBe(-1);
  },
);

test('a snapshot that is cut off is not taken', () => {
  const writer = new StateWriter();
  new LaneIndex(2).snapshot(writer);
  expect(() => {
    new LaneIndex(2).restore(new StateReader(writer.finish().subarray(0, 4)));
  }).toThrow(expect.objectContaining({ code: 'STORAGE_CORRUPT' }) as Error);
});

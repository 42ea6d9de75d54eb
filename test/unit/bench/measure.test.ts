import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { measurePairs, medianInterval, quantile } from '../../../bench/measure.ts';

describe('the interval of a median', () => {
  test('of 15 samples lies between the 4th and the 12th', () => {
    const values = Array.from({ length: 15 }, (_, index) => index + 1);
    expect(medianInterval(values)).toEqual({ median: 8, low: 4, high: 12, samples: 15 });
  });

  test('holds the median, whatever the values', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1, maxLength: 40 }), (values) => {
        const { median, low, high } = medianInterval(values);
        expect(low).toBeLessThanOrEqual(median);
        expect(high).toBeGreaterThanOrEqual(median);
      }),
    );
  });
});

test('a quantile is one of the values', () => {
  expect([0, 0.5, 0.99, 1].map((fraction) => quantile([10, 20, 30, 40], fraction))).toEqual([10, 20, 40, 40]);
});

test('pairs are run in turn, beginning with either side equally often', async () => {
  const order: string[] = [];
  const run = (side: string) => (): Promise<void> => {
    order.push(side);
    return Promise.resolve();
  };
  const { ratio } = await measurePairs({ pairs: 4, warmUpPairs: 2, ours: run('ours'), peer: run('peer') });
  expect(ratio.samples).toBe(4);
  expect(order.join(' ')).toBe('ours peer peer ours ours peer peer ours ours peer peer ours');
});

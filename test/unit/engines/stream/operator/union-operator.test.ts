import { expect, test } from 'vitest';
import { unionOperator } from '../../../../../engines/stream/operator/union-operator.ts';
import { batch, collector, integers } from './changelog-fixture.ts';

test('a union passes all changes on and ends its micro-batch when every input has, again and again', () => {
  const output = collector();
  const [left, right] = unionOperator(2, output);
  for (const round of [1, 2]) {
    left?.push(batch([integers(1)]));
    left?.flush();
    right?.push(batch([integers(1)], [-1]));
    expect(output.flushes()).toBe(round - 1);
    right?.flush();
    expect(output.flushes()).toBe(round);
    expect(output.take()).toEqual([
      [1, 1],
      [-1, 1],
    ]);
  }
});

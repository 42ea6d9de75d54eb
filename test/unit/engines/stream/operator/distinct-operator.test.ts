import { describe, expect, test } from 'vitest';
import { DistinctOperator } from '../../../../../engines/stream/operator/distinct-operator.ts';
import { batch, collector, integers } from './changelog-fixture.ts';

describe('distinct', () => {
  test('puts a row out when it first comes, where nothing is taken away', () => {
    const output = collector();
    const operator = new DistinctOperator(['int32'], false, output);
    operator.push(batch([integers(1, null, 1, 2, null)]));
    operator.push(batch([integers(2, 3)]));
    expect(output.take()).toEqual([
      [1, 1],
      [1, null],
      [1, 2],
      [1, 3],
    ]);
  });

  test('puts out at the end of the micro-batch which rows have come and gone', () => {
    const output = collector();
    const operator = new DistinctOperator(['int32'], true, output);
    operator.push(batch([integers(1, 1, 2)], [-1, 3, 1]));
    operator.flush();
    expect(output.take()).toEqual([
      [1, 1],
      [1, 2],
    ]);
    operator.push(batch([integers(1, 2, 2)], [-1, -1, 1]));
    operator.push(batch([integers(1)], [-1]));
    operator.flush();
    expect(output.take()).toEqual([[-1, 1]]);
  });
});

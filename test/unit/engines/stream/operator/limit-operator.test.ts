import { expect, test } from 'vitest';
import { limitOperator } from '../../../../../engines/stream/operator/limit-operator.ts';
import { batch, collector, integers } from './changelog-fixture.ts';

test('a limit counts a row of weight n as n rows, across batches', () => {
  const output = collector();
  const limit = limitOperator(3, 2, output);
  limit.push(batch([integers(1, 2)], [1, 3]));
  limit.push(batch([integers(3, 4)]));
  expect(output.take()).toEqual([
    [1, 2],
    [1, 2],
    [1, 3],
  ]);
});

test('a limit refuses rows that are taken away', () => {
  expect(() => {
    limitOperator(3, 0, collector()).push(batch([integers(1)], [-1]));
  }).toThrow(/not taken away/);
});

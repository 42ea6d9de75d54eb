import { expect, test } from 'vitest';
import { TextPool } from '../../../../../engines/stream/changelog/text-pool.ts';
import { SortOperator } from '../../../../../engines/stream/operator/sort-operator.ts';
import { batch, collector, integers } from './changelog-fixture.ts';

const pool = new TextPool();
const sorting = (output: ReturnType<typeof collector>, retractions: boolean, descending: boolean, nullsFirst: boolean) =>
  new SortOperator(['int32', 'int32'], 1, [{ position: 1, descending, nullsFirst }], { pool, retractions }, output);

test.each([
  [
    false,
    false,
    [
      [1, 2],
      [1, 1],
      [1, 3],
    ],
  ],
  [
    true,
    false,
    [
      [1, 1],
      [1, 2],
      [1, 3],
    ],
  ],
  [
    true,
    true,
    [
      [1, 3],
      [1, 1],
      [1, 2],
    ],
  ],
])('rows go out in order at the end, NULLs where they are told to (descending %s, nulls first %s)', (descending, nullsFirst, expected) => {
  const output = collector();
  const operator = sorting(output, false, descending, nullsFirst);
  operator.push(batch([integers(1, 2, 3), integers(20, -10, null)]));
  expect(output.take()).toEqual([]);
  operator.flush();
  expect(output.take()).toEqual(expected);
});

test('rows that went are left out, and repeated ones keep their weight', () => {
  const output = collector();
  const operator = sorting(output, true, false, false);
  operator.push(batch([integers(1, 2, 1, 2), integers(5, 4, 5, 4)], [1, 1, -1, 100]));
  operator.push(batch([integers(2), integers(4)], [100]));
  operator.flush();
  expect(output.take()).toEqual([
    [127, 2],
    [74, 2],
  ]);
});

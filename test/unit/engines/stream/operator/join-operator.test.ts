import { describe, expect, test } from 'vitest';
import { JoinOperator } from '../../../../../engines/stream/operator/join-operator.ts';
import { StateReader } from '../../../../../engines/stream/state/state-reader.ts';
import { StateWriter } from '../../../../../engines/stream/state/state-writer.ts';
import { batch, collector, integers } from './changelog-fixture.ts';

const SIDE = { outputKinds: ['int32', 'int32'], keyKinds: ['int32'], isOuter: false } as const;
const side = (keys: readonly number[], values: readonly number[], weights?: readonly number[]) =>
  batch([integers(...keys), integers(...values), integers(...keys)], weights);

describe('a join', () => {
  test.each([true, false])('meets what came before on the other side, whichever comes first (retractions: %s)', (retractions) => {
    const output = collector();
    const join = new JoinOperator(SIDE, SIDE, retractions, output);
    join.left.push(side([1, 2], [10, 20]));
    expect(output.take()).toEqual([]);
    join.right.push(side([2, 1, 3], [200, 100, 300]));
    expect(output.take()).toEqual([
      [1, 2, 20, 2, 200],
      [1, 1, 10, 1, 100],
    ]);
    join.left.push(side([3], [30]));
    expect(output.take()).toEqual([[1, 3, 30, 3, 300]]);
  });

  test('multiplies weights, and says more than one row can hold by repeating it', () => {
    const output = collector();
    const join = new JoinOperator(SIDE, SIDE, true, output);
    join.left.push(side([1], [10], [20]));
    join.right.push(side([1], [100], [-10]));
    expect(output.take()).toEqual([
      [-127, 1, 10, 1, 100],
      [-73, 1, 10, 1, 100],
    ]);
  });

  test('meets nothing that was taken away', () => {
    const output = collector();
    const join = new JoinOperator(SIDE, SIDE, true, output);
    join.left.push(side([1, 1], [10, 10], [1, -1]));
    join.right.push(side([1], [100]));
    expect(output.take()).toEqual([]);
  });

  test('puts out rows of an outer side alone at the end of the micro-batch, as long as they meet nothing', () => {
    const output = collector();
    const join = new JoinOperator({ ...SIDE, isOuter: true }, SIDE, true, output);
    const flush = () => {
      join.left.flush();
      join.right.flush();
      return output.take();
    };
    join.left.push(side([1, 1, 2], [10, 11, 20]));
    expect(output.take()).toEqual([]);
    expect(flush()).toEqual([
      [1, 1, 11, null, null],
      [1, 1, 10, null, null],
      [1, 2, 20, null, null],
    ]);
    join.right.push(side([1, 3], [100, 300]));
    expect(output.take()).toHaveLength(2);
    expect(flush()).toEqual([
      [-1, 1, 11, null, null],
      [-1, 1, 10, null, null],
    ]);
    join.right.push(side([1], [100], [-1]));
    join.left.push(side([1], [11], [-1]));
    expect(output.take()).toHaveLength(2);
    expect(flush()).toEqual([[1, 1, 10, null, null]]);
  });

  test('keeps a NULL apart from every other, on both outer sides', () => {
    const output = collector();
    const outer = { ...SIDE, isOuter: true };
    const join = new JoinOperator(outer, outer, true, output);
    const unknown = (value: number) => batch([integers(null), integers(value), integers(null)]);
    join.left.push(unknown(10));
    join.right.push(unknown(100));
    join.left.flush();
    join.right.flush();
    expect(output.take()).toEqual([
      [1, null, 10, null, null],
      [1, null, null, null, 100],
    ]);
  });

  test('ends its micro-batch when both sides have, and goes on from a snapshot', () => {
    const output = collector();
    const join = new JoinOperator(SIDE, SIDE, true, output);
    join.left.push(side([1], [10]));
    join.left.flush();
    expect(output.flushes()).toBe(0);
    join.right.flush();
    expect(output.flushes()).toBe(1);
    const writer = new StateWriter();
    join.snapshot(writer);
    const restored = new JoinOperator(SIDE, SIDE, true, output);
    restored.restore(new StateReader(writer.finish()));
    restored.right.push(side([1], [100]));
    expect(output.take()).toEqual([[1, 1, 10, 1, 100]]);
  });
});

test('a join whose result is larger than one batch puts all of it out', () => {
  const output = collector();
  const join = new JoinOperator(SIDE, SIDE, true, output);
  const numbers = Array.from({ length: 400 }, (_, index) => index);
  join.left.push(
    side(
      numbers.map(() => 1),
      numbers,
    ),
  );
  join.right.push(
    side(
      numbers.map(() => 1),
      numbers,
    ),
  );
  expect(new Set(output.take().map(String)).size).toBe(160_000);
});

import { describe, expect, test } from 'vitest';
import { CountState } from '../../../../../engines/stream/aggregate/count-state.ts';
import { AggregateOperator } from '../../../../../engines/stream/operator/aggregate-operator.ts';
import { StateReader } from '../../../../../engines/stream/state/state-reader.ts';
import { StateWriter } from '../../../../../engines/stream/state/state-writer.ts';
import { batch, collector, integers } from './changelog-fixture.ts';

const counting = (output: ReturnType<typeof collector>, groups: number) =>
  new AggregateOperator(
    {
      groupKinds: Array.from({ length: groups }, () => 'int32' as const),
      slots: [{ state: new CountState(), position: null, kind: 'int64' }],
      retractions: true,
      windows: null,
    },
    output,
  );

describe('an aggregation', () => {
  test('puts nothing out before the micro-batch ends, then takes old rows back and gives new ones', () => {
    const output = collector();
    const operator = counting(output, 1);
    operator.push(batch([integers(1, 2, 1)]));
    expect(output.take()).toEqual([]);
    operator.flush();
    expect(output.take()).toEqual([
      [1, 1, 2],
      [1, 2, 1],
    ]);
    operator.push(batch([integers(1, 3)]));
    operator.flush();
    expect(output.take()).toEqual([
      [-1, 1, 2],
      [1, 1, 3],
      [1, 3, 1],
    ]);
  });

  test('takes a group back when its last row goes, and says nothing of one that did not change', () => {
    const output = collector();
    const operator = counting(output, 1);
    operator.push(batch([integers(1, null)]));
    operator.flush();
    output.take();
    operator.push(batch([integers(null, 1, 1)], [-1, 1, -1]));
    operator.flush();
    expect(output.take()).toEqual([[-1, null, 1]]);
  });

  test('of no groups has a row before the first one comes', () => {
    const output = collector();
    const operator = counting(output, 0);
    operator.flush();
    expect(output.take()).toEqual([[1, 0]]);
    operator.push({ rows: 5, columns: [], weights: null });
    operator.flush();
    expect(output.take()).toEqual([
      [-1, 0],
      [1, 5],
    ]);
  });

  test('goes on from a snapshot', () => {
    const output = collector();
    const operator = counting(output, 1);
    operator.push(batch([integers(1, 1, 2)]));
    operator.flush();
    output.take();
    const writer = new StateWriter();
    operator.snapshot(writer);
    const restored = counting(output, 1);
    restored.restore(new StateReader(writer.finish()));
    restored.push(batch([integers(2, 1)], [-1, 1]));
    restored.flush();
    expect(output.take()).toEqual([
      [-1, 1, 2],
      [-1, 2, 1],
      [1, 1, 3],
    ]);
  });
});

test('an aggregation of more groups than one batch holds puts all of them out', () => {
  const output = collector();
  const operator = counting(output, 1);
  operator.push(batch([integers(...Array.from({ length: 70_000 }, (_, index) => index))]));
  operator.flush();
  expect(output.take()).toHaveLength(70_000);
});

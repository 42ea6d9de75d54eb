import { describe, expect, test } from 'vitest';
import { traceWindows } from '../../../../../engines/stream/dataflow/index.ts';
import type { PlanNode } from '../../../../../spi/index.ts';
import {
  agg,
  aggregate,
  aggregateCall,
  as,
  BIGINT,
  call,
  col,
  filter,
  INTEGER,
  join,
  lit,
  plan,
  project,
  scan,
  type as typed,
} from '../../../../support/plan-builder.ts';

const TIMESTAMP = typed('timestamp');
const events = (first = 0) =>
  scan('events', [
    [first + 1, 'at', TIMESTAMP],
    [first + 2, 'k', INTEGER],
  ]);
const edge = (id: number, name = 'tumble_start', sizeUs = '10') => call(name, [col(id, TIMESTAMP), lit(sizeUs, BIGINT)], TIMESTAMP);
const windowed = (input: PlanNode, id: number, first: number) =>
  aggregate(input, [as(first, edge(id)), as(first + 1, lit(1))], [agg(first + 2, aggregateCall('count_star', [], BIGINT))]);
const WATERMARK = { columnId: 1, delayUs: 0 };

/** Returns for each aggregation that is closed its windows and whether its rows are final. */
function closing(root: PlanNode, watermarks: Parameters<typeof traceWindows>[1] = [WATERMARK]) {
  const { aggregates, sizesUs } = traceWindows(plan(root), watermarks);
  const found = [...aggregates.values()].map(({ columns, final }) => [
    columns.map(({ edge: of, position, sizeUs }) => `${of} ${String(position)} ${String(sizeUs)}`).join(),
    final,
  ]);
  return { found, sizesUs };
}

const united = (left: PlanNode, right: PlanNode, leftId: number, rightId: number, id: number): PlanNode => ({
  kind: 'set_operation',
  operation: 'union',
  all: true,
  left,
  right,
  leftIds: [leftId],
  rightIds: [rightId],
  columns: [{ id, name: 'at', type: TIMESTAMP, nullable: true }],
});

describe('a window of event time is found', () => {
  const once = [['start 0 10', true]];

  test('over the scan, and through filters and projections below and above', () => {
    expect(closing(windowed(events(), 1, 30)).found).toEqual(once);
    const below = filter(project(events(), as(20, col(1, TIMESTAMP))), lit(true));
    const above = filter(project(windowed(below, 20, 30), as(40, col(32, BIGINT))), lit(true));
    expect(closing(above)).toEqual({ found: once, sizesUs: [[10n]] });
  });

  test('as the columns that a table function of windows adds, both edges', () => {
    const tumbled = project(events(), as(20, edge(1)), as(21, edge(1, 'tumble_end')));
    const grouped = aggregate(tumbled, [as(30, col(20, TIMESTAMP)), as(31, col(21, TIMESTAMP))], []);
    expect(closing(grouped).found).toEqual([['start 0 10,end 1 10', true]]);
  });

  test('through a union when both sides have a watermark', () => {
    const both = windowed(united(events(), events(10), 1, 11, 20), 20, 30);
    expect(closing(both, [WATERMARK, { columnId: 11, delayUs: 0 }])).toEqual({ found: once, sizesUs: [[10n], [10n]] });
    expect(closing(both, [WATERMARK, null])).toEqual({ found: [], sizesUs: [[], []] });
  });

  test('through another aggregation, whose own rows are not final then', () => {
    const twice = aggregate(windowed(events(), 1, 30), [as(40, col(30, TIMESTAMP))], []);
    expect(closing(twice).found).toEqual([
      ['start 0 10', true],
      ['start 0 10', false],
    ]);
    const total = aggregate(windowed(events(), 1, 30), [], [agg(40, aggregateCall('count_star', [], BIGINT))]);
    expect(closing(total).found).toEqual([['start 0 10', false]]);
  });
});

describe('no window is closed', () => {
  test('without a watermark, over another column, or over an instant that is computed', () => {
    expect(closing(windowed(events(), 1, 30), [null]).found).toEqual([]);
    expect(closing(windowed(events(), 1, 30), [{ columnId: 2, delayUs: 0 }]).found).toEqual([]);
    const computed = project(events(), as(20, call('coalesce', [col(1, TIMESTAMP), lit('2024-01-01 00:00:00', TIMESTAMP)], TIMESTAMP)));
    expect(closing(windowed(computed, 20, 30)).found).toEqual([]);
  });

  test('over rows that a join brings together', () => {
    const joined = join('inner', events(), events(10), call('eq', [col(2), col(12)]));
    expect(closing(windowed(joined, 1, 30), [WATERMARK, { columnId: 11, delayUs: 0 }]).found).toEqual([]);
  });
});

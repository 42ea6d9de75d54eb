import { expect, test } from 'vitest';
import type { Column } from '../../../../../engines/stream/changelog/column.ts';
import { StateWriter } from '../../../../../engines/stream/state/state-writer.ts';
import { ViewDataflow } from '../../../../../engines/stream/view/view-dataflow.ts';
import type { LogicalPlan } from '../../../../../spi/index.ts';
import {
  agg,
  aggregate,
  aggregateCall,
  as,
  BIGINT,
  call,
  col,
  INTEGER,
  join,
  lit,
  plan,
  scan,
  type as typed,
} from '../../../../support/plan-builder.ts';

const TIMESTAMP = typed('timestamp');
const ROWS = 5000;
const events = (first = 0) =>
  scan('events', [
    [first + 1, 'at', TIMESTAMP],
    [first + 2, 'k', INTEGER],
  ]);
const windowStart = call('tumble_start', [col(1, TIMESTAMP), lit('1000000', BIGINT)], TIMESTAMP);
const aggregates = [
  agg(9, aggregateCall('count_star', [], BIGINT)),
  agg(10, aggregateCall('max', [col(2)], INTEGER)),
  agg(11, aggregateCall('count', [col(2)], BIGINT, { distinct: true })),
];

/** Rows of one second, of keys that occur in no other. */
function second(of: number): { rows: number; columns: readonly Column[]; weights: null } {
  const instants = BigInt64Array.from({ length: ROWS }, (_, row) => BigInt(of * 1_000_000 + row));
  const keys = Int32Array.from({ length: ROWS }, (_, row) => of * ROWS + row);
  const columns: Column[] = [
    { kind: 'int64', values: new Int32Array(instants.buffer), valid: null },
    { kind: 'int32', values: keys, valid: null },
  ];
  return { rows: ROWS, columns, weights: null };
}

/** Returns the bytes of the state after so many seconds, of which every one but the last is taken away again when `leaving`. */
function stateBytes(whole: LogicalPlan, seconds: number, leaving: boolean): number {
  const scans = whole.root.kind === 'join' ? [events().columns, events(20).columns] : [events().columns];
  const watermarks = scans.map((columns) => (leaving ? null : { columnId: columns[0]?.id ?? 0, delayUs: 0 }));
  const view = new ViewDataflow({ plan: whole, session: { timeZone: 'UTC', startedAtUs: '0' }, scans, watermarks });
  for (let at = 0; at < seconds; at += 1) {
    for (const position of scans.keys()) {
      view.push(position, 1, second(at));
      if (leaving && at > 0) view.push(position, -1, second(at - 1));
    }
    view.endBatch();
  }
  const writer = new StateWriter();
  view.snapshot(writer);
  return writer.byteLength;
}

test.each<[string, LogicalPlan, boolean]>([
  ['groups of closed windows', plan(aggregate(events(), [as(7, windowStart), as(8, col(2))], aggregates)), false],
  ['groups that have no rows any more', plan(aggregate(events(), [as(8, col(2))], aggregates)), true],
  ['values that are gone from a group', plan(aggregate(events(), [as(8, lit(1))], aggregates)), true],
  ['different rows that are gone', plan({ kind: 'distinct', input: events(), on: null, orderBy: [] }), true],
  ['rows of a join that are gone', plan(join('full', events(), events(20), call('eq', [col(2), col(22)]))), true],
])('%s take no room in the state', (_title, whole, leaving) => {
  expect(stateBytes(whole, 24, leaving)).toBeLessThan(2 * stateBytes(whole, 6, leaving));
});

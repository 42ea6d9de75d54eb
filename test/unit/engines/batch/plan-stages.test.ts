import { describe, expect, test } from 'vitest';
import { planStages } from '../../../../engines/batch/stage/plan-stages.ts';
import type { LogicalPlan, PlanNode } from '../../../../spi/index.ts';
import {
  agg,
  aggregate,
  aggregateCall,
  as,
  BIGINT,
  call,
  col,
  DOUBLE,
  INTEGER,
  join,
  key,
  limit,
  plan,
  scan,
  sort,
  type as typed,
} from '../../../support/plan-builder.ts';

const SETTINGS = { executors: 2, taskBytesTarget: 1e6, broadcastBytesMax: 1e6 };
const SIZES: Readonly<Record<string, number>> = { large: 1e9, other: 5e8, small: 1000 };

const table = (name: string, id: number) =>
  scan(name, [
    [id, 'k', INTEGER],
    [id + 1, 'v', DOUBLE],
  ]);

/** Returns a line per stage: what its branches are made of and how their rows are divided, and what becomes of them. */
function outline(whole: LogicalPlan): readonly string[] {
  const { stages } = planStages(whole, SETTINGS, (node) => ({ rows: 1e6, bytes: SIZES[node.table.name] ?? 0 }));
  return stages.map(({ branches, output }) => {
    const pieces = branches.map(({ root, source }) => `${kinds(root)} by ${source.kind}`).join(' + ');
    return output.kind === 'final' ? pieces : `${pieces} -> ${output.keys.length === 0 ? 'all' : `keys ${output.keys.join(' ')}`}`;
  });
}

function kinds(node: PlanNode): string {
  if (node.kind === 'scan') return node.table.name;
  if (node.kind === 'join') return `join(${kinds(node.left)}, ${kinds(node.right)})`;
  return 'input' in node ? `${node.kind}(${kinds(node.input)})` : node.kind;
}

const sum = (id: number, argument: number) => agg(id, aggregateCall('sum', [col(argument, DOUBLE)], DOUBLE));

describe('a plan is cut', () => {
  test('into partial groups and groups by their keys', () => {
    expect(outline(plan(aggregate(table('large', 1), [as(10, col(1))], [sum(11, 2)])))).toEqual([
      'aggregate(large) by split -> keys 0',
      'project(aggregate(stage_0)) by partitions',
    ]);
  });

  test('by the keys of groups whose functions need all their rows', () => {
    const median = agg(11, aggregateCall('median', [col(2, DOUBLE)], DOUBLE));
    expect(outline(plan(aggregate(table('large', 1), [as(10, col(1))], [median])))).toEqual([
      'large by split -> keys 0',
      'aggregate(stage_0) by partitions',
    ]);
  });

  test('with a small side of a join read whole, on either side', () => {
    const equal = call('eq', [col(1), col(5)]);
    expect(outline(plan(join('inner', table('large', 1), table('small', 5), equal)))).toEqual(['join(large, small) by split']);
    expect(outline(plan(join('inner', table('small', 1), table('large', 5), equal)))).toEqual(['join(small, large) by split']);
  });

  test('by the keys of a join whose unmatched rows are on the small side, and of two large sides', () => {
    const equal = call('eq', [col(1), col(5)]);
    for (const whole of [
      plan(join('full', table('large', 1), table('other', 5), equal)),
      plan(join('inner', table('large', 1), table('other', 5), equal)),
      plan(join('left', table('other', 1), table('large', 5), equal)),
    ]) {
      const [left, right, joined] = outline(whole);
      expect([left, right]).toEqual([expect.stringMatching(/by split -> keys 0$/), expect.stringMatching(/by split -> keys 0$/)]);
      expect(joined).toBe('join(stage_0, stage_1) by partitions');
    }
  });

  test('into the first rows of each piece and the first of those', () => {
    expect(outline(plan(limit(sort(table('large', 1), key(col(1))), 10)))).toEqual([
      'limit(sort(large)) by split -> all',
      'limit(sort(stage_0)) by single',
    ]);
  });

  test('with the order in the last task', () => {
    expect(outline(plan(sort(aggregate(table('large', 1), [as(10, col(1))], [sum(11, 2)]), key(col(10)))))).toEqual([
      'aggregate(large) by split -> keys 0',
      'project(aggregate(stage_0)) by partitions -> all',
      'sort(stage_1) by single',
    ]);
  });

  test('not at all when it carries what files do not keep', () => {
    const interval = call('subtract', [col(1), col(1)], typed('interval'));
    const spans = aggregate(table('large', 1), [as(10, interval)], [agg(11, aggregateCall('count_star', [], BIGINT))]);
    expect(outline(plan(spans))).toEqual(['aggregate(large) by single']);
  });
});

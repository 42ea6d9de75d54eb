import { afterAll, describe, expect, test } from 'vitest';
import type { Expression, LogicalPlan } from '../../spi/index.ts';
import { importMutant, type Mutation } from '../mutant/import-mutant.ts';
import { seededRandom } from '../../tck/truth/seeded-random.ts';
import {
  agg,
  aggregate,
  aggregateCall,
  as,
  BIGINT,
  col,
  INTEGER,
  key,
  limit,
  plan,
  scan,
  sort,
  win,
  windowCall,
} from '../support/plan-builder.ts';
import type { Kernel } from './batch-in-process.ts';
import { BatchPlanMaker } from './batch-plans.ts';
import { type Answer, openBatchFixture } from './batch-run.ts';
import { pick, randomRows } from './stream-tables.ts';

const fixture = openBatchFixture();

afterAll(() => fixture.close());

/** Plans tried before a fault counts as unseen. */
const TRIES_MAX = 150;

const SETTINGS = [
  { taskBytesTarget: 400, broadcastBytesMax: 0, executors: 3 },
  { taskBytesTarget: 1000, broadcastBytesMax: 1e9, executors: 2 },
];

/** Returns how many random plans it took until an answer differed from the oracle's. */
async function triesUntilSeen(faults: Partial<Kernel>, fixed: LogicalPlan | null): Promise<number> {
  for (let seed = 1; seed <= TRIES_MAX; seed += 1) {
    const random = seededRandom(seed);
    await fixture.load({ t: randomRows(random, 25, false), u: randomRows(random, 15, false) }, random);
    const root = fixed ?? new BatchPlanMaker(random).whole(pick(random, [0, 1, 1]));
    const expected = await fixture.expected(root);
    const settings = pick(random, SETTINGS);
    const answer: Answer = await fixture.answer(root, settings, faults).catch(String);
    if (answer !== 'out of range' && !sameAnswer(answer, expected)) return seed;
  }
  return Infinity;
}

function sameAnswer(left: Answer, right: Answer): boolean {
  if (typeof left === 'string' || typeof right === 'string') return left === right;
  return left.size === right.size && [...left].every(([row, count]) => right.get(row) === count);
}

type Entry = 'stage/plan-stages.ts' | 'run/make-tasks.ts' | 'child/write-exchange.ts';

/** Plans for faults that random ones rarely show. */
const rows = () =>
  scan('t', [
    [1, 'k', INTEGER],
    [2, 'b', BIGINT],
  ]);
const COUNTS = plan(aggregate(rows(), [as(3, col(1))], [agg(4, aggregateCall('count_star', [], BIGINT))]));
const SECOND_PAGE = plan(limit(sort(rows(), key(col(1)), key(col(2, BIGINT))), 2, 3));
const countBy = (column: Expression) => windowCall('count', [col(1)], BIGINT, { partitionBy: [column] });
const TWO_WINDOWS = plan({ kind: 'window', input: rows(), windows: [win(5, countBy(col(1))), win(6, countBy(col(2, BIGINT)))] });

const FAULTS: readonly (readonly [string, Entry, Omit<Mutation, 'folder'>, LogicalPlan | null])[] = [
  [
    'a partition is lost',
    'run/make-tasks.ts',
    { file: 'run/make-tasks.ts', from: 'Array.from({ length: source.count }', to: 'Array.from({ length: source.count - 1 }' },
    null,
  ],
  [
    'a task counts twice',
    'run/make-tasks.ts',
    { file: 'run/make-tasks.ts', from: 'return pieces.map(', to: 'return [...pieces, ...pieces.slice(1, 2)].map(' },
    null,
  ],
  [
    'a row at a cut is in no piece',
    'run/make-tasks.ts',
    {
      file: 'run/cut-files.ts',
      from: 'parts.push({ file: span.file.path, from, to });',
      to: 'parts.push({ file: span.file.path, from, to: to - 1 });',
    },
    null,
  ],
  [
    'the side that is read whole is cut too',
    'stage/plan-stages.ts',
    {
      file: 'stage/spread-join.ts',
      from: "return left ? 'left' : right ? 'right' : null;",
      to: "return left ? 'right' : right ? 'left' : null;",
    },
    null,
  ],
  [
    'rows with a NULL key are dropped',
    'child/write-exchange.ts',
    {
      file: 'child/write-exchange.ts',
      from: 'AS ${PARTITION} FROM (${sql})) TO',
      to: 'AS ${PARTITION} FROM (${sql}) WHERE o0 IS NOT NULL) TO',
    },
    null,
  ],
  [
    'the sides of a join are divided by different keys',
    'stage/plan-stages.ts',
    {
      file: 'stage/join-keys.ts',
      from: 'keys.right.push(first ? other : one);',
      to: "keys.right.push({ kind: 'cast', argument: first ? other : one, safe: false, type: { kind: 'varchar' } });",
    },
    null,
  ],
  [
    'a count of counts',
    'stage/plan-stages.ts',
    {
      file: 'stage/partial-aggregate.ts',
      from: "return through(planner, column, call, 'sum');\n  if (OWN",
      to: "return through(planner, column, call, 'count');\n  if (OWN",
    },
    COUNTS,
  ],
  [
    'the first rows of a piece are cut off before the offset is added',
    'stage/plan-stages.ts',
    { file: 'stage/spread-order.ts', from: 'BigInt(limit.value) + BigInt(', to: 'BigInt(limit.value) + 0n * BigInt(' },
    SECOND_PAGE,
  ],
  [
    'rows are divided by a key that only one window has',
    'stage/plan-stages.ts',
    { file: 'stage/spread-rows.ts', from: 'others.every((keys) =>', to: 'others.every((keys) => keys.length > 0 ||' },
    TWO_WINDOWS,
  ],
];

describe('the comparison with the oracle notices when (mutant)', () => {
  test.each(FAULTS)('%s', { timeout: 120_000 }, async (_title, entry, mutation, fixed) => {
    const faults = await importMutant<Partial<Kernel>>(entry, { folder: 'engines/batch', ...mutation });
    expect(await triesUntilSeen(faults, fixed)).toBeLessThanOrEqual(TRIES_MAX);
  });
});

import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import batch from '../../engines/batch/index.ts';
import { seededRandom } from '../../tck/truth/seeded-random.ts';
import { BatchPlanMaker } from './batch-plans.ts';
import { type Answer, engineAnswer, openBatchFixture } from './batch-run.ts';
import type { LogicalPlan } from '../../spi/index.ts';
import { pick, type Random, randomRows } from './stream-tables.ts';

const fixture = openBatchFixture();

/** Every table is cut into tasks of a few rows; joins divide both sides by their keys, or read the smaller one whole. */
const DIVIDED = { taskBytesTarget: 400, broadcastBytesMax: 0, wholeBytesMax: 0 };
const BROADCAST = { taskBytesTarget: 1000, broadcastBytesMax: 1e9, wholeBytesMax: 0 };

afterAll(() => fixture.close());

/** Checks random plans over random tables; returns how many had an answer that is not empty. */
async function checkRandomPlans(runs: number, answerOf: (plan: LogicalPlan, random: Random) => Promise<Answer>): Promise<number> {
  let telling = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
      const random = seededRandom(seed);
      const rows = (most: number) => randomRows(random, Math.floor(random() * most), false);
      await fixture.load({ t: rows(40), u: rows(25) }, random);
      const plan = new BatchPlanMaker(random).whole(pick(random, [0, 1, 1, 2]));
      const expected = await fixture.expected(plan);
      if (typeof expected !== 'string' && expected.size > 0) telling += 1;
      const answer = await answerOf(plan, random);
      // The oracle does not compute what nothing above it reads.
      if (answer !== 'out of range' || expected === answer) expect(answer).toEqual(expected);
    }),
    { numRuns: runs, endOnFailure: true },
  );
  return telling;
}

describe('a batch gives the rows of the oracle', () => {
  test('for random plans, cut every way', { timeout: 300_000 }, async () => {
    const telling = await checkRandomPlans(100, (plan, random) =>
      fixture.answer(plan, { ...pick(random, [DIVIDED, BROADCAST]), executors: 1 + Math.floor(random() * 4) }),
    );
    expect(telling).toBeGreaterThan(40);
  });

  test('for random plans in executor processes', { timeout: 300_000 }, async () => {
    const engines = await Promise.all([
      batch.create({ ...DIVIDED, executors: 3 }, fixture.host),
      batch.create({ ...BROADCAST, executors: 1 }, fixture.host),
    ]);
    try {
      await checkRandomPlans(12, (plan, random) => engineAnswer(pick(random, engines), plan));
    } finally {
      await Promise.all(engines.map((engine) => engine.close()));
    }
  });
});

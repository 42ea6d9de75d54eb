import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { seededRandom } from '../../tck/truth/seeded-random.ts';
import { PlanMaker } from './stream-plans.ts';
import { type Feeding, openOracle, runStream, wholePlan } from './stream-run.ts';
import { pick, randomRows } from './stream-tables.ts';

const oracle = openOracle();

afterAll(() => oracle.close());

/** Checks random plans over random tables; returns how many plans had an answer that is not empty. */
async function checkRandomPlans(runs: number, extremes: boolean, feedingOf: (batchRows: number) => Feeding): Promise<number> {
  let telling = 0;
  let skipped = 0;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
      const random = seededRandom(seed);
      const tables = {
        t: randomRows(random, Math.floor(random() * 30), extremes),
        u: randomRows(random, Math.floor(random() * 20), extremes),
      };
      const plan = wholePlan(new PlanMaker(random).plan(1 + Math.floor(random() * 3)));
      await oracle.load(tables);
      const expected = await oracle.answer(plan);
      if (typeof expected !== 'string' && expected.size > 0) telling += 1;
      const answer = runStream(plan, tables, feedingOf(pick(random, [1, 7, 1000])), random);
      // The oracle does not compute a sum that nothing above it reads.
      if (answer === 'out of range' && expected !== answer) skipped += 1;
      else expect(answer).toEqual(expected);
    }),
    { numRuns: runs, endOnFailure: true },
  );
  expect(skipped).toBeLessThanOrEqual(extremes ? runs / 10 : 0);
  return telling;
}

describe('the sum of weights of a result is the answer of the oracle', () => {
  test('when rows are only added, at the ends of the ranges too', async () => {
    const telling = await checkRandomPlans(120, true, (batchRows) => ({ batchRows, retractions: false, interrupted: false }));
    expect(telling).toBeGreaterThan(50);
  });

  test('when rows come and go in any order', async () => {
    await checkRandomPlans(80, true, (batchRows) => ({ batchRows, retractions: true, interrupted: false }));
  });

  test('when micro-batches end anywhere and the state is restored on the way', async () => {
    await checkRandomPlans(60, false, (batchRows) => ({ batchRows, retractions: true, interrupted: true }));
  });
});

import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import batch from '../../engines/batch/index.ts';
import { seededRandom } from '../prove/seeded-random.ts';
import { BatchPlanMaker } from './batch-plans.ts';
import { engineAnswer, openBatchFixture } from './batch-run.ts';
import { pick, randomRows } from './stream-tables.ts';

const fixture = openBatchFixture();

/** Every table is cut into tasks of a few rows; joins divide both sides by their keys, or read the smaller one whole. */
const DIVIDED = { taskBytesTarget: 400, broadcastBytesMax: 0, wholeBytesMax: 0 };
const BROADCAST = { taskBytesTarget: 1000, broadcastBytesMax: 1e9, wholeBytesMax: 0 };

const engines = await Promise.all([
  batch.create({ ...DIVIDED, executors: 3 }, fixture.host),
  batch.create({ ...BROADCAST, executors: 2 }, fixture.host),
  batch.create({ ...BROADCAST, executors: 1, wholeBytesMax: 1e9 }, fixture.host),
]);

afterAll(async () => {
  await Promise.all(engines.map((engine) => engine.close()));
  await fixture.close();
});

describe('a batch gives the rows of the oracle', () => {
  test('for random plans in tiny tasks', { timeout: 600_000 }, async () => {
    let telling = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
        const random = seededRandom(seed);
        await fixture.load({ t: randomRows(random, Math.floor(random() * 40), false), u: randomRows(random, Math.floor(random() * 25), false) }, random);
        const plan = new BatchPlanMaker(random).whole(pick(random, [0, 1, 1, 2]));
        const expected = await fixture.expected(plan);
        if (typeof expected !== 'string' && expected.size > 0) telling += 1;
        const answer = await engineAnswer(pick(random, engines), plan);
        if (answer !== 'out of range' || expected === answer) expect(answer).toEqual(expected);
      }),
      { numRuns: Number(process.env['BATCH_RUNS'] ?? 60), endOnFailure: true },
    );
    expect(telling).toBeGreaterThan(20);
  });
});

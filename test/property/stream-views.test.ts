import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { importMutant } from '../mutant/import-mutant.ts';
import { seededRandom } from '../../tck/truth/seeded-random.ts';
import { openOracle } from './stream-run.ts';
import { tryView, type ViewCase } from './stream-view-check.ts';
import type { ViewKernel } from './stream-view-run.ts';

const oracle = openOracle();

afterAll(() => oracle.close());

/** Checks random views; returns how many rows were final and how many late. */
async function checkViews(runs: number, kind: ViewCase, kernel?: ViewKernel): Promise<{ finalRows: number; lateRows: number }> {
  const seen = { finalRows: 0, lateRows: 0 };
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
      const { outcome, expected } = await tryView(kind, seededRandom(seed), oracle, kernel);
      expect(outcome.result).toEqual(expected);
      expect(outcome.late).toEqual(outcome.expectedLate);
      seen.finalRows += outcome.finalRows;
      seen.lateRows += outcome.lateRows;
    }),
    { numRuns: runs, endOnFailure: true },
  );
  return seen;
}

describe('the final rows and the open rows of a view together are the answer of the oracle', { timeout: 180_000 }, () => {
  test('over all rows, whatever comes, goes and is restarted', async () => {
    expect(await checkViews(60, 'any')).toEqual({ finalRows: 0, lateRows: 0 });
  });

  test('over all rows that were not late, when windows of event time are closed; late are those that have to be', async () => {
    const { finalRows, lateRows } = await checkViews(100, 'windows');
    expect(finalRows).toBeGreaterThan(50);
    expect(lateRows).toBeGreaterThan(50);
  });
});

describe('what nothing needs any more is dropped', { timeout: 180_000 }, () => {
  test('and the result stays what it is, however early', async () => {
    const eager = await importMutant<ViewKernel>('view/view-dataflow.ts', {
      folder: 'engines/stream',
      file: 'state/tidy-schedule.ts',
      from: '1 << 12',
      to: '1',
    });
    await checkViews(60, 'any', eager);
    await checkViews(40, 'windows', eager);
  });
});

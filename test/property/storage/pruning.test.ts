import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expression, ScanPlan } from '../../../spi/index.ts';
import { evaluateCondition, type OracleRow } from './evaluate-condition.ts';
import { filterArbitrary, rowsArbitrary, specArbitrary } from './random-table.ts';
import { type StoredRows, storeRows } from './stored-rows.ts';

type Planner = (stored: StoredRows, filter: Expression) => Promise<ScanPlan>;

const plain: Planner = (stored, filter) => stored.plan(filter);

/** Prunes too much: takes "at least" for "above". */
const tooEager: Planner = (stored, filter) => stored.plan(JSON.parse(JSON.stringify(filter).replaceAll('"ge"', '"gt"')) as Expression);

/** Prunes too much: takes every file for one without NULLs. */
const blindForNull: Planner = (stored, filter) =>
  stored.plan(JSON.parse(JSON.stringify(filter).replaceAll('"is_not_true"', '"not"')) as Expression);

/** Claims that nothing is left to be checked. */
const trusting: Planner = async (stored, filter) => ({ ...(await stored.plan(filter)), residual: null });

const neverPrunes: Planner = (stored) => stored.plan(null);

/** Returns what is wrong with a plan, null when nothing is. */
function faultOf(plan: ScanPlan, files: ReadonlyMap<string, readonly OracleRow[]>, filter: Expression): string | null {
  const read = new Set(plan.splits.map((split) => split.uri));
  if (read.size !== plan.splits.length) return 'a file is read twice';
  if (plan.filesTotal !== files.size || plan.filesSkipped !== files.size - read.size) return 'the counts of files are wrong';
  for (const [location, rows] of files) {
    for (const row of rows) {
      const met = evaluateCondition(filter, row) === true;
      if (met && !read.has(location)) return 'a row is lost';
      if (!met && read.has(location) && plan.residual === null) return 'a row too many is read without a residual';
    }
  }
  return null;
}

const property = (planner: Planner) =>
  fc.asyncProperty(
    rowsArbitrary,
    specArbitrary,
    filterArbitrary,
    fc.integer({ min: 1, max: 6 }),
    async (rows, spec, filter, fileRowsMax) => {
      const stored = await storeRows(rows, spec, fileRowsMax);
      return faultOf(await planner(stored, filter), stored.files, filter) === null;
    },
  );

async function filesSkipped(planner: Planner): Promise<number> {
  let skipped = 0;
  for (const [rows, spec, filter] of fc.sample(fc.tuple(rowsArbitrary, specArbitrary, filterArbitrary), { numRuns: 100, seed: 7 })) {
    const stored = await storeRows(rows, spec, 2);
    skipped += (await planner(stored, filter)).filesSkipped;
  }
  return skipped;
}

describe('pruning', () => {
  it('never loses a row, and leaves the filter off only when every row meets it', async () => {
    await fc.assert(property(plain), { numRuns: 500 });
  }, 60_000);

  it('skips files', async () => {
    expect(await filesSkipped(plain)).toBeGreaterThan(100);
  }, 60_000);

  it.each([
    ['takes "at least" for "above"', tooEager],
    ['forgets that a condition may be NULL', blindForNull],
    ['drops the filter always', trusting],
  ])(
    'is caught when it %s',
    async (_what, planner) => {
      const outcome = await fc.check(property(planner), { numRuns: 1500, seed: 1, endOnFailure: true });
      expect(outcome.failed).toBe(true);
    },
    60_000,
  );

  it('is caught when it skips nothing', async () => {
    expect(await filesSkipped(neverPrunes)).toBe(0);
  }, 60_000);
});

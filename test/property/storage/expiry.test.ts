import { assert, asyncProperty, array, constantFrom, integer, nat, record, sample, tuple } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExpiryWorld, type Fault, type Step } from './expiry-world.ts';

/** A history, the snapshots that readers hold, and how many stay anyway. */
const HISTORY = tuple(
  array(record({ kind: constantFrom<Step['kind'][]>('append', 'append', 'rewrite', 'tag', 'branch', 'rollback'), pick: nat(20) }), {
    minLength: 3,
    maxLength: 14,
  }),
  array(nat(20), { maxLength: 3 }),
  integer({ min: 1, max: 3 }),
);

type History = readonly [steps: readonly Step[], picks: readonly number[], retainLast: number];

async function problemsOf([steps, picks, retainLast]: History, fault: Fault): Promise<readonly string[]> {
  const world = new ExpiryWorld();
  await world.run(steps);
  const pinned = world.pick(picks);
  await world.expire(pinned, retainLast, fault);
  return world.problems(pinned);
}

describe('expiring snapshots of any history', () => {
  it('leaves readable what refs, readers and the newest snapshots need, and no other file', async () => {
    await assert(
      asyncProperty(HISTORY, async (history) => {
        expect(await problemsOf(history, 'none')).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it.each(['refs ignored', 'pins ignored', 'files removed before the commit'] as const)('is found out with %s', async (fault) => {
    const found: string[] = [];
    for (const history of sample(HISTORY, { numRuns: 20, seed: 7 })) found.push(...(await problemsOf(history, fault)));
    expect(found).not.toEqual([]);
  });
});

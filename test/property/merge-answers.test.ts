import { describe, expect, it } from 'vitest';
import { firstSeen, type ModifierFault, PRODUCT, withFault } from './faulty-modifier.ts';
import { differencesOfMerges } from './merge-run.ts';

/** Sequences tried before a fault counts as unseen. */
const TRIES_MAX = 40;

const FAULTS: readonly ModifierFault[] = [
  ['the last WHEN wins', 'bind', { file: 'change-clauses.ts', from: 'branches.push(', to: 'branches.unshift(' }],
  [
    'DO NOTHING lets the next WHEN decide',
    'bind',
    { file: 'change-clauses.ts', from: 'of clausesFor(parts, match)) {', to: 'of clausesFor(parts, match).filter(acts)) {' },
  ],
  [
    'rows that a row of the source matches count as not matched by it',
    'bind',
    { file: 'change-rows.ts', from: "predicate('not', exists(matchingRows(parts, columns).plan));", to: 'booleanLiteral(true);' },
  ],
  [
    'rows without a clause are deleted',
    'bind',
    { file: 'change-rows.ts', from: "predicate('is_not_true', isDeleted)", to: "predicate('not', isDeleted)" },
  ],
  [
    'rows of the source that are there are inserted again',
    'bind',
    { file: 'change-rows.ts', from: "predicate('not', exists(matched))", to: 'booleanLiteral(true)' },
  ],
  [
    'rows of other files do not count as matched',
    'bind',
    { file: 'change-rows.ts', from: 'const all = scanTable(state, target.table, true).plan;', to: 'const all = target.scan;' },
  ],
  [
    'pairs of which no clause decides count as changed',
    'bind',
    { file: 'change-rows.ts', from: "alwaysActs(parts, 'matched')\n      ? rows.plan", to: 'true\n      ? rows.plan' },
  ],
  [
    'a row may be changed twice',
    'execute',
    { file: 'execute-modification.ts', from: 'if (updated + deleted === rows)', to: 'if (updated + deleted >= rows)' },
  ],
  [
    'files of which all rows are changed are dropped',
    'execute',
    { file: 'execute-modification.ts', from: 'const read = updates ? [...whole, ...partial] : partial;', to: 'const read = partial;' },
  ],
];

describe('MERGE, UPDATE .. FROM and DELETE .. USING', { timeout: 120_000 }, () => {
  it.each(Array.from({ length: 12 }, (_, index) => index + 1))('leave the rows that their clauses ask for (seed %i)', async (seed) => {
    expect(await differencesOfMerges(PRODUCT, seed)).toBeNull();
  });

  it.each(FAULTS)('would be seen to differ if %s', async (...fault) => {
    expect(await firstSeen(await withFault(fault), differencesOfMerges, TRIES_MAX)).toBeLessThanOrEqual(TRIES_MAX);
  });
});

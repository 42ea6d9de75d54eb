import { describe, expect, it } from 'vitest';
import { firstSeen, type ModifierFault, PRODUCT, withFault } from './faulty-modifier.ts';
import { differencesOf } from './modification-run.ts';

/** Sequences tried before a fault counts as unseen. */
const TRIES_MAX = 30;

const FAULTS: readonly ModifierFault[] = [
  ['a row whose condition is NULL is deleted', 'bind', { file: 'bind-delete.ts', from: "'is_not_true'", to: "'not'" }],
  ['rows that are not meant lose their values', 'bind', { file: 'bind-update.ts', from: 'otherwise: old,', to: 'otherwise: null,' }],
  [
    'SET sees the values of the assignments before it',
    'bind',
    {
      file: 'bind-assignments.ts',
      from: 'bindWithin(context, value), field.type',
      to: 'values.get(1) ?? bindWithin(context, value), field.type',
    },
  ],
  [
    'all files are read in place of the files concerned',
    'execute',
    { file: 'execute-modification.ts', from: 'restrictScan(statement.query, target.columns, urisOf(read))', to: 'statement.query' },
  ],
  [
    'files of which all rows are meant are dropped by UPDATE',
    'execute',
    { file: 'execute-modification.ts', from: 'const read = updates ? [...whole, ...partial] : partial;', to: 'const read = partial;' },
  ],
  [
    'files of which some rows are meant are dropped whole',
    'execute',
    { file: 'find-affected-files.ts', from: 'rows === sumRows(files)', to: 'rows > 0' },
  ],
];

describe('DELETE and UPDATE', { timeout: 120_000 }, () => {
  it.each(Array.from({ length: 12 }, (_, index) => index + 1))('leave what DuckDB leaves of the same rows (seed %i)', async (seed) => {
    expect(await differencesOf(PRODUCT, seed)).toBeNull();
  });

  it.each(FAULTS)('would be seen to differ if %s', async (...fault) => {
    expect(await firstSeen(await withFault(fault), differencesOf, TRIES_MAX)).toBeLessThanOrEqual(TRIES_MAX);
  });
});

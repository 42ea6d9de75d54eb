import type { Proof } from '../test/prove/proof.ts';
import { memoryChecks, planChecks } from './storage/plan-checks.ts';
import { TABLE_PARTS, tableChecks } from './storage/table-checks.ts';

/** What tables cost beside bare files, and planning beside another implementation. */
export const benchmark: Proof = {
  name: 'storage',
  summary:
    'planning over 100,000 files beside PyIceberg; writing, scanning (with deleted rows too) beside bare DuckDB on files; small commits',
  needs: ['linux', 'python3'],
  parts: ['plan', 'memory', ...TABLE_PARTS],
  run: async ({ quick, only, log }) => [
    ...(only === undefined || only === 'plan' ? await planChecks(quick, log) : []),
    ...(only === 'memory' || (only === undefined && !quick) ? await memoryChecks(quick, log) : []),
    ...(only === 'plan' || only === 'memory' ? [] : await tableChecks(quick, log, only)),
  ],
};

import type { Proof } from '../test/prove/proof.ts';
import { planChecks } from './storage/plan-checks.ts';
import { tableChecks } from './storage/table-checks.ts';

/** What tables cost beside bare files, and planning beside another implementation. */
export const benchmark: Proof = {
  name: 'storage',
  summary:
    'planning over 100,000 files beside PyIceberg; writing, scanning (with deleted rows too) beside bare DuckDB on files; small commits',
  needs: ['linux', 'python3'],
  run: async ({ quick, log }) => [...(await planChecks(quick, log)), ...(await tableChecks(quick, log))],
};

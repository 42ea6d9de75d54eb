/** Records the plans of `test/golden/plans` anew: `node scripts/record-plans.mjs`. Done when the plan's version grows, not to make a proof pass. */
import { register } from 'tsx/esm/api';

register();
await import('../test/prove/plan-replay/record-plans.ts');

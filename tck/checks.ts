import type { Check } from './check/check.ts';
import { FAILURE_CHECKS } from './conduct/failure-checks.ts';
import { HOST_CHECKS } from './conduct/host-checks.ts';
import { LIMIT_CHECKS } from './conduct/limit-checks.ts';
import { WRITE_CHECKS } from './conduct/write-checks.ts';
import { LIFECYCLE_CHECKS } from './shape/lifecycle-checks.ts';
import { PLUGIN_CHECKS } from './shape/plugin-checks.ts';
import { QUERY_CHECKS } from './shape/query-checks.ts';
import { ANSWER_CHECKS } from './truth/answer-checks.ts';
import { LARGE_CHECK } from './truth/large-check.ts';
import { TABLE_CHECKS } from './truth/table-checks.ts';

/** All checks, in the order in which they run. */
export const CHECKS: readonly Check[] = [
  ...PLUGIN_CHECKS,
  ...LIFECYCLE_CHECKS,
  ...QUERY_CHECKS,
  ...ANSWER_CHECKS,
  ...TABLE_CHECKS,
  LARGE_CHECK,
  ...LIMIT_CHECKS,
  ...FAILURE_CHECKS,
  ...WRITE_CHECKS,
  ...HOST_CHECKS,
];

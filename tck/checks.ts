import type { Check } from './check/check.ts';
import { LIFECYCLE_CHECKS } from './shape/lifecycle-checks.ts';
import { PLUGIN_CHECKS } from './shape/plugin-checks.ts';
import { QUERY_CHECKS } from './shape/query-checks.ts';

/** All checks, in the order in which they run. */
export const CHECKS: readonly Check[] = [...PLUGIN_CHECKS, ...LIFECYCLE_CHECKS, ...QUERY_CHECKS];

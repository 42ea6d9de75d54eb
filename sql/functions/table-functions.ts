import { defineFunction } from './define-function.ts';
import type { FunctionDefinition } from './function-definition.ts';

const table = defineFunction.bind(null, 'table');

const BOUNDS = [
  'bigint, [bigint], [bigint] -> bigint',
  'timestamp, timestamp, interval -> timestamp',
  'timestamptz, timestamptz, interval -> timestamptz',
];

/** Functions that stand in FROM. UNNEST is a node of its own in plans. */
export const TABLE_FUNCTIONS: readonly FunctionDefinition[] = [
  table('generate_series', BOUNDS, 'Values from a start (0 by default) to an end, both included, by a step (1 by default).', {
    nulls: 'never_null',
  }),
  table('range', BOUNDS, 'Values from a start (0 by default) to before an end, by a step (1 by default).', { nulls: 'never_null' }),
];

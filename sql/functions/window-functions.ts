import { defineFunction } from './define-function.ts';
import type { FunctionDefinition } from './function-definition.ts';

const windowed = defineFunction.bind(null, 'window');

/** Functions that need OVER. Every aggregate function may be used with OVER as well. */
export const WINDOW_FUNCTIONS: readonly FunctionDefinition[] = [
  windowed('row_number', ['() -> bigint'], 'Number of the row in its partition, from 1.', { nulls: 'never_null' }),
  windowed('rank', ['() -> bigint'], 'Rank with gaps.', { nulls: 'never_null' }),
  windowed('dense_rank', ['() -> bigint'], 'Rank without gaps.', { nulls: 'never_null' }),
  windowed('percent_rank', ['() -> double'], '(rank - 1) / (rows - 1).', { nulls: 'never_null' }),
  windowed('cume_dist', ['() -> double'], 'Share of the rows that come before or are equal.', { nulls: 'never_null' }),
  windowed('ntile', ['bigint -> bigint'], 'Number of the bucket when the partition is cut into n.', { nulls: 'never_null' }),
  windowed('lag', ['T, [bigint], [T] -> T'], 'The value n rows (1 by default) before; else the third argument.'),
  windowed('lead', ['T, [bigint], [T] -> T'], 'The value n rows (1 by default) after; else the third argument.'),
  windowed('first_value', ['T -> T'], 'The value of the first row of the frame.'),
  windowed('last_value', ['T -> T'], 'The value of the last row of the frame.'),
  windowed('nth_value', ['T, bigint -> T'], 'The value of the n-th row of the frame.'),
];

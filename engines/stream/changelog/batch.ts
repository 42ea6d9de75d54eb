import type { Column } from './column.ts';

/** A piece of a changelog: rows with the number of times that each is added (or, when negative, taken away). Columns are never changed
 *  once the batch was handed on.
 *  Shape: `weights` has one entry per row, none of them 0; null means 1 for every row. */
export interface Batch {
  readonly rows: number;
  readonly columns: readonly Column[];
  readonly weights: Int8Array | null;
}

/** The largest weight of one row; more is said by repeating the row. */
export const WEIGHT_MAX = 127;

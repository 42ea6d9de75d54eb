import type { Column } from '../changelog/column.ts';
import type { Stateful } from '../operator/operator.ts';

/** What an aggregate keeps of each group; groups are dense numbers. */
export interface AggregateState extends Stateful {
  /** Makes room for groups below `groups`. */
  reserve(groups: number): void;
  /** Takes rows in: `groups[row]` is the row's group, `column` holds the argument (NULLs do not count), null for `count(*)`.
   *  A weight of 0 is no row. */
  update(groups: Int32Array, rows: number, column: Column | null, weights: Int8Array | null): void;
  /** Keeps only these groups, which take the numbers from 0 in the order given. */
  retain(groups: Int32Array): void;
  /** Whether most of what is kept is needed no more, so that `retain` would make it smaller. */
  isSparse?(): boolean;
  /** Returns the values of the groups given.
   *  @throws SQL_OVERFLOW */
  result(groups: Int32Array): Column;
}

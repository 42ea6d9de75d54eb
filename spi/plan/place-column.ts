import type { ScanColumn } from './plan-node.ts';

/** Field id under which a scan gives the location of a row's data file (varchar), as `ParquetSplit.uri` has it. An engine that can says `scan:place`.
 *  @see Iceberg spec, "Reserved Field IDs", `_file` */
export const FILE_COLUMN_ID = 2147483646;

/** Field id under which a scan gives the position of a row in its data file (bigint, from 0), rows that deletes take away counted.
 *  @see Iceberg spec, "Reserved Field IDs", `_pos` */
export const POSITION_COLUMN_ID = 2147483645;

/** Returns whether a column tells where a row lies, and is not stored. */
export function isPlaceColumn({ fieldId }: Pick<ScanColumn, 'fieldId'>): boolean {
  return fieldId === FILE_COLUMN_ID || fieldId === POSITION_COLUMN_ID;
}

import type { Field } from '../type/field.ts';
import type { ScanColumn } from './plan-node.ts';

/** Field id under which a scan gives a row's id (bigint), which it keeps for life; NULL in files that have no ids yet. An engine that can says `scan:lineage`.
 *  @see Iceberg spec v3, "Row Lineage" and "Reserved Field IDs", `_row_id` */
export const ROW_ID_COLUMN_ID = 2147483540;

/** Field id under which a scan gives the sequence number of the commit that last gave a row values (bigint); NULL where the row has no id.
 *  @see Iceberg spec v3, "Reserved Field IDs", `_last_updated_sequence_number` */
export const ROW_SEQUENCE_COLUMN_ID = 2147483539;

/** Returns whether a column tells which row it is or when it changed: files hold such columns only where they were written anew. */
export function isLineageColumn({ fieldId }: Pick<ScanColumn, 'fieldId'>): boolean {
  return fieldId === ROW_ID_COLUMN_ID || fieldId === ROW_SEQUENCE_COLUMN_ID;
}

/** Returns the columns that tell the rows of a table apart. A name that one of its own columns has gets `_` after it. */
export function lineageFields(fields: readonly Field[]): readonly Field[] {
  const taken = new Set(fields.map(({ name }) => name.toLowerCase()));
  const field = (id: number, wanted: string): Field => {
    let name = wanted;
    while (taken.has(name)) name += '_';
    return { id, name, type: { kind: 'bigint' }, nullable: true };
  };
  return [field(ROW_ID_COLUMN_ID, '_row_id'), field(ROW_SEQUENCE_COLUMN_ID, '_last_updated_sequence_number')];
}

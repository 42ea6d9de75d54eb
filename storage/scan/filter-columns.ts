import type { Field, ScanColumn } from '../../spi/index.ts';

/** The stored column behind each column id of a filter. */
export type FilterColumns = ReadonlyMap<number, Field>;

/** Returns the fields that the columns of a scan stand for, by the columns' ids. */
export function filterColumns(columns: readonly ScanColumn[], fields: readonly Field[]): FilterColumns {
  const byId = new Map<number, Field>();
  for (const column of columns) {
    const field = fields.find((candidate) => candidate.id === column.fieldId);
    if (field !== undefined) byId.set(column.id, field);
  }
  return byId;
}

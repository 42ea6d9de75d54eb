import type { Field, ScanColumn } from '../../spi/index.ts';

/** Returns the column of a scan that reads a field under an id of the plan. */
export function scanColumn({ id: fieldId, name, type, nullable, initialDefault }: Field, id: number): ScanColumn {
  return initialDefault === undefined ? { name, type, nullable, fieldId, id } : { name, type, nullable, fieldId, id, initialDefault };
}

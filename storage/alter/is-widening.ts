import { type DataType, sameType } from '../../spi/index.ts';

/** Tells whether a column may change from one type to the other: every value stays what it is, and files written before can be read.
 *  @see Iceberg spec v2, "Schema Evolution", valid type promotions */
export function isWidening(from: DataType, to: DataType): boolean {
  if (from.kind === 'list' || from.kind === 'map' || from.kind === 'struct') return false;
  if (sameType(from, to)) return true;
  if (from.kind === 'integer') return to.kind === 'bigint';
  if (from.kind === 'real') return to.kind === 'double';
  return from.kind === 'decimal' && to.kind === 'decimal' && to.scale === from.scale && to.precision > from.precision;
}

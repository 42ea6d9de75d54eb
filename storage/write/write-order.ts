import type { Field, WriteOrder } from '../../spi/index.ts';
import type { SortOrder } from '../iceberg/metadata/sort-order-json.ts';

/** Transforms that keep the order of values: rows in the order of the column are in that of the transform. */
const ORDERED = /^(?:identity|year|month|day|hour|truncate\[\d+\])$/;

/** Returns the part of a staging target with the order that writers are asked for; empty when there is none, or one of a kind that they do not know.
 *  @param fields the columns that are written */
export function writeOrderOf({ orderId, fields: keys }: SortOrder, fields: readonly Field[]): { readonly sortOrder?: WriteOrder } {
  const known = keys.every(({ sourceId, transform }) => ORDERED.test(transform) && fields.some((field) => field.id === sourceId));
  if (keys.length === 0 || !known) return {};
  return {
    sortOrder: { orderId, keys: keys.map(({ sourceId, descending, nullsFirst }) => ({ fieldId: sourceId, descending, nullsFirst })) },
  };
}

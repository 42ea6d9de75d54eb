import type { JsonReader } from '../json/json-reader.ts';
import type { JsonObject } from '../json/lossless-json.ts';

/** A key of an order. `transform` is its name in metadata, such as `identity`. */
export interface SortField {
  readonly sourceId: number;
  readonly transform: string;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** A numbered order of a table's rows within a data file. No field means no order. */
export interface SortOrder {
  readonly orderId: number;
  readonly fields: readonly SortField[];
}

/** The order of files in no order, which every table has under this number. */
export const NO_ORDER: SortOrder = { orderId: 0, fields: [] };

/** Reads the JSON form of an order.
 *  @see Iceberg spec, Appendix C, "Sort Orders" */
export function parseSortOrder(reader: JsonReader): SortOrder {
  return {
    orderId: reader.integer('order-id'),
    fields: reader.objects('fields').map((field) => ({
      sourceId: field.integer('source-id'),
      transform: field.string('transform'),
      descending: field.string('direction') === 'desc',
      nullsFirst: field.string('null-order') === 'nulls-first',
    })),
  };
}

/** Returns the JSON form of an order. */
export function printSortOrder({ orderId, fields }: SortOrder): JsonObject {
  return {
    'order-id': orderId,
    fields: fields.map(({ sourceId, transform, descending, nullsFirst }) => ({
      transform,
      'source-id': sourceId,
      direction: descending ? 'desc' : 'asc',
      'null-order': nullsFirst ? 'nulls-first' : 'nulls-last',
    })),
  };
}

import { isDeepStrictEqual } from 'node:util';
import { type NewSortKey, PlatformError } from '../../spi/index.ts';
import type { JsonObject, JsonValue } from '../iceberg/json/lossless-json.ts';
import { withMembers } from '../iceberg/metadata/change-table-metadata.ts';
import { printSortOrder, type SortField } from '../iceberg/metadata/sort-order-json.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { incompatibleChange } from './incompatible-change.ts';

/** Sets the order of rows in new data files: under the id of an equal order that the table had before, or else under a new one.
 *  @throws SQL_UNKNOWN_COLUMN, CATALOG_INCOMPATIBLE_CHANGE for a column whose values have no order, or a column twice */
export function setSortOrder(metadata: TableMetadata, keys: readonly NewSortKey[]): TableMetadata {
  const orders = ((metadata.json['sort-orders'] ?? []) as readonly JsonValue[]).map((order) => order as JsonObject);
  const wanted = printSortOrder({ orderId: 0, fields: keys.map((key) => sortField(metadata, key, keys)) });
  const equal = orders.find((order) => isDeepStrictEqual({ ...order, 'order-id': 0 }, wanted));
  const orderId = equal === undefined ? nextId(orders, keys) : Number(equal['order-id']);
  if (equal !== undefined && orderId === metadata.sortOrder.orderId) return metadata;
  return withMembers(metadata, {
    'default-sort-order-id': orderId,
    'sort-orders': equal === undefined ? [...orders, { ...wanted, 'order-id': orderId }] : orders,
  });
}

/** Order 0 is that of no keys, in every table. */
function nextId(orders: readonly JsonObject[], keys: readonly NewSortKey[]): number {
  return keys.length === 0 ? 0 : Math.max(0, ...orders.map((order) => Number(order['order-id']))) + 1;
}

function sortField({ schema }: TableMetadata, { column, descending, nullsFirst }: NewSortKey, keys: readonly NewSortKey[]): SortField {
  const source = schema.fields.find((field) => field.name.toLowerCase() === column.toLowerCase());
  if (source === undefined) throw new PlatformError('SQL_UNKNOWN_COLUMN', `The table has no column ${JSON.stringify(column)} any more.`);
  if (['list', 'map', 'struct'].includes(source.type.kind)) {
    throw incompatibleChange(
      `Rows cannot be ordered by ${JSON.stringify(column)}, which is a ${source.type.kind}.`,
      'Name another column.',
    );
  }
  if (keys.filter((key) => key.column.toLowerCase() === column.toLowerCase()).length > 1) {
    throw incompatibleChange(`The order names the column ${JSON.stringify(column)} twice.`, 'Name each column once.');
  }
  return { sourceId: source.id, transform: 'identity', descending, nullsFirst };
}

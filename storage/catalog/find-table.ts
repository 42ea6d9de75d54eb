import type { TableRef } from '../../spi/index.ts';
import type { NameReader, RelationPointer } from '../catalog-store/catalog-store.ts';
import { unknownTable, wrongKind } from './unknown-name.ts';

/** Returns the pointer of a table; one that was made again under the name is another table.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_UNKNOWN_SCHEMA, CATALOG_NOT_A_TABLE */
export function findTable(names: NameReader, table: TableRef): RelationPointer {
  const pointer = names.relation(table);
  if (pointer === null || pointer.uuid !== table.uuid) throw unknownTable(names, table);
  if (pointer.kind !== 'table') throw wrongKind(pointer, pointer.kind);
  return pointer;
}

import { PlatformError } from '../../spi/index.ts';
import type { JsonValue } from '../iceberg/json/lossless-json.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { currentSchemaJson } from './put-schema.ts';

/** Says that a column cannot go while the table's layout or key is made of it. Older partition specs do not count: only files are left of them.
 *  @param ids of the column and of its parts
 *  @throws CATALOG_COLUMN_IN_USE */
export function refuseUsed(metadata: TableMetadata, ids: readonly number[], name: string): void {
  const use = useOf(metadata, new Set(ids));
  if (use === null) return;
  throw new PlatformError('CATALOG_COLUMN_IN_USE', `The column ${JSON.stringify(name)} cannot be dropped: ${use.what} is made of it.`, {
    hint: use.hint,
    details: { column: name },
  });
}

function useOf(metadata: TableMetadata, ids: ReadonlySet<number>): { readonly what: string; readonly hint: string } | null {
  const part = metadata.spec.fields.find((field) => ids.has(field.sourceId) && field.transform.kind !== 'void');
  if (part !== undefined)
    return { what: `the partition field ${JSON.stringify(part.name)}`, hint: 'ALTER TABLE .. DROP PARTITION FIELD first.' };
  if (metadata.sortOrder.fields.some((field) => ids.has(field.sourceId))) {
    return { what: 'the order that rows are written in', hint: 'ALTER TABLE .. WRITE UNORDERED, or another order, first.' };
  }
  const key = currentSchemaJson(metadata)['identifier-field-ids'];
  if (Array.isArray(key) && (key as readonly JsonValue[]).some((id) => ids.has(Number(id)))) {
    return { what: 'the key of the table (identifier-field-ids)', hint: 'Another writer has set the key; change it there.' };
  }
  return null;
}

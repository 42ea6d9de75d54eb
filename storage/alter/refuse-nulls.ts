import type { ColumnPath } from '../../spi/index.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { fieldNamed, fieldsOf } from './column-path.ts';
import { incompatibleChange } from './incompatible-change.ts';
import { currentSchemaJson } from './put-schema.ts';

/** Says that a column may not become NOT NULL, unless the statistics of every data file tell that no row has NULL in it.
 *  @throws CATALOG_INCOMPATIBLE_CHANGE, SQL_UNKNOWN_COLUMN */
export async function refuseNulls(parts: Pick<CommitterParts, 'metadata'>, table: TableMetadata, column: ColumnPath): Promise<void> {
  const [name = '', ...inner] = column;
  const field = fieldNamed(fieldsOf(currentSchemaJson(table)), name);
  if (field['required'] === true && inner.length === 0) return;
  if (inner.length > 0) {
    throw incompatibleChange(
      `${JSON.stringify(column.join('.'))} cannot become NOT NULL: no statistics tell of the parts of a column.`,
      'Make the whole column NOT NULL.',
    );
  }
  const file = await fileThatMayHoldNull(parts, table, Number(field['id']));
  if (file === null) return;
  throw incompatibleChange(
    `The column ${JSON.stringify(name)} cannot become NOT NULL: the data file ${file} holds NULL in it, or does not tell.`,
    `Fill it first: UPDATE .. SET ${name} = .. WHERE ${name} IS NULL.`,
  );
}

async function fileThatMayHoldNull(
  { metadata }: Pick<CommitterParts, 'metadata'>,
  table: TableMetadata,
  fieldId: number,
): Promise<string | null> {
  const manifests = table.current === null ? [] : await metadata.manifestList(table.current.manifestList);
  for (const list of manifests) {
    if (list.content === 'deletes') continue;
    for (const entry of (await metadata.manifest(list, table)).entries) {
      const holdsNone = entry.rows === 0 || entry.metrics.nullCounts.get(fieldId) === 0;
      if (entry.status !== 'deleted' && !holdsNone) return entry.location;
    }
  }
  return null;
}

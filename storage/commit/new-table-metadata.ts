import {
  type DataType,
  type NewPartitionField,
  type PartitionField,
  pathToLocation,
  PlatformError,
  type TableSpec,
} from '../../spi/index.ts';
import { checkDistinct, checkName } from '../catalog/check-name.ts';
import { createTableMetadata } from '../iceberg/metadata/change-table-metadata.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { transformAccepts } from '../iceberg/transform/apply-transform.ts';
import { printTransform } from '../iceberg/transform/transform-text.ts';
import { assignFieldIds } from '../iceberg/type/assign-field-ids.ts';

const FIRST_PARTITION_FIELD_ID = 1000;

/** Returns the first metadata of a table that is described by a spec.
 *  Guarantees: schema id, spec id and field ids depend on the spec alone, so files may be staged before the table exists.
 *  @throws CATALOG_INVALID_NAME, STORAGE_UNSUPPORTED */
export function newTableMetadata(spec: TableSpec, uuid: string, tableDirectory: string): TableMetadata {
  if (spec.columns.length === 0) throw new PlatformError('STORAGE_UNSUPPORTED', 'A table needs at least one column.');
  for (const column of spec.columns) checkName(column.name, 'column');
  checkDistinct(
    spec.columns.map((column) => column.name),
    'column',
  );
  for (const column of spec.columns) checkStorable(column.type, column.name);
  const { fields, lastColumnId } = assignFieldIds(spec.columns);
  const partitioning = spec.partitioning.map((part, index) => partitionField(part, index, fields));
  checkDistinct(
    partitioning.map((field) => field.name),
    'partition field',
  );
  return createTableMetadata({
    uuid,
    location: pathToLocation(tableDirectory),
    fields,
    lastColumnId,
    spec: { specId: 0, fields: partitioning },
    properties: spec.comment === null ? spec.properties : { ...spec.properties, comment: spec.comment },
    createdAtMs: Date.now(),
  });
}

function partitionField(part: NewPartitionField, index: number, fields: ReturnType<typeof assignFieldIds>['fields']): PartitionField {
  const source = fields.find((field) => field.name.toLowerCase() === part.column.toLowerCase());
  if (source === undefined) {
    throw new PlatformError(
      'STORAGE_UNSUPPORTED',
      `The table cannot be partitioned by ${JSON.stringify(part.column)}: it has no such column.`,
    );
  }
  if (!transformAccepts(part.transform, source.type)) {
    const text = `${printTransform(part.transform)} does not take the type ${source.type.kind} of column ${JSON.stringify(source.name)}`;
    throw new PlatformError('STORAGE_UNSUPPORTED', `The partition transform ${text}.`);
  }
  const { kind } = part.transform;
  const suffix = kind === 'identity' ? '' : kind === 'truncate' ? '_trunc' : `_${kind}`;
  const name = source.name + suffix;
  if (kind !== 'identity' && fields.some((field) => field.name.toLowerCase() === name.toLowerCase())) {
    const text = `The partition field ${JSON.stringify(name)} would have the name of a column.`;
    throw new PlatformError('CATALOG_INVALID_NAME', text, { hint: 'Rename the column.' });
  }
  return { sourceId: source.id, fieldId: FIRST_PARTITION_FIELD_ID + index, name, transform: part.transform };
}

function checkStorable(type: DataType, column: string): void {
  switch (type.kind) {
    case 'null':
    case 'interval':
    // DuckDB writes byte strings of one length as plain ones, which other readers of Iceberg refuse.
    case 'fixed':
      throw new PlatformError(
        'STORAGE_UNSUPPORTED',
        `Column ${JSON.stringify(column)} has the type ${type.kind}, which cannot be stored.`,
        {
          hint: 'Cast it to another type.',
        },
      );
    case 'list':
      checkStorable(type.element, column);
      break;
    case 'map':
      checkStorable(type.key, column);
      checkStorable(type.value, column);
      break;
    case 'struct':
      for (const field of type.fields) checkStorable(field.type, column);
      break;
    default:
  }
}

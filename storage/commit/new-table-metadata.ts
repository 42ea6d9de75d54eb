import { pathToLocation, PlatformError, type TableSpec } from '../../spi/index.ts';
import { checkDistinct, checkName } from '../catalog/check-name.ts';
import { newPartitionField } from './new-partition-field.ts';
import { checkDefaults, checkStorable, checkTypeVersion } from './check-storable.ts';
import { createTableMetadata } from '../iceberg/metadata/change-table-metadata.ts';
import { takeFormatVersion } from '../iceberg/metadata/format-version.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { assignFieldIds } from '../iceberg/type/assign-field-ids.ts';

const FIRST_PARTITION_FIELD_ID = 1000;

/** Returns the first metadata of a table that is described by a spec.
 *  Guarantees: schema id, spec id and field ids depend on the spec alone, so files may be staged before the table exists.
 *  @throws CATALOG_INVALID_NAME, STORAGE_UNSUPPORTED, SQL_INVALID_VALUE for a format version that there is not */
export function newTableMetadata(spec: TableSpec, uuid: string, tableDirectory: string): TableMetadata {
  if (spec.columns.length === 0) throw new PlatformError('STORAGE_UNSUPPORTED', 'A table needs at least one column.');
  for (const column of spec.columns) checkName(column.name, 'column');
  checkDistinct(
    spec.columns.map((column) => column.name),
    'column',
  );
  for (const column of spec.columns) checkStorable(column.type, column.name);
  const { fields, lastColumnId } = assignFieldIds(spec.columns);
  const partitioning = spec.partitioning.map((part, index) => newPartitionField(part, FIRST_PARTITION_FIELD_ID + index, fields));
  checkDistinct(
    partitioning.map((field) => field.name),
    'partition field',
  );
  const { formatVersion, rest: properties } = takeFormatVersion(spec.properties);
  for (const { name, type } of spec.columns) checkTypeVersion(formatVersion ?? 2, type, name);
  for (const { name, writeDefault } of spec.columns) if (writeDefault !== undefined) checkDefaults(formatVersion ?? 2, name);
  return createTableMetadata({
    formatVersion: formatVersion ?? 2,
    uuid,
    location: pathToLocation(tableDirectory),
    fields,
    lastColumnId,
    spec: { specId: 0, fields: partitioning },
    properties: spec.comment === null ? properties : { ...properties, comment: spec.comment },
    createdAtMs: Date.now(),
  });
}

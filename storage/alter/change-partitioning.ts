import { type NewPartitionField, type PartitionField, type PartitionSpec, PlatformError } from '../../spi/index.ts';
import { newPartitionField } from '../commit/new-partition-field.ts';
import { withMembers } from '../iceberg/metadata/change-table-metadata.ts';
import { printPartitionSpec } from '../iceberg/metadata/partition-spec-json.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { printTransform } from '../iceberg/transform/transform-text.ts';
import type { JsonValue } from '../iceberg/json/lossless-json.ts';

/** Adds a field to the partitioning of new data files.
 *  @throws CATALOG_EXISTS when the table is partitioned by it already, CATALOG_INVALID_NAME, STORAGE_UNSUPPORTED */
export function addPartitionField(metadata: TableMetadata, field: NewPartitionField): TableMetadata {
  if (findPart(metadata, field) !== undefined) {
    throw new PlatformError('CATALOG_EXISTS', `The table is partitioned by ${describe(field)} already.`);
  }
  return putSpec(metadata, [...metadata.spec.fields, numbered(metadata, field)]);
}

/** Takes a field out of the partitioning of new data files.
 *  @throws CATALOG_INCOMPATIBLE_CHANGE when the table is not partitioned by it */
export function dropPartitionField(metadata: TableMetadata, field: NewPartitionField): TableMetadata {
  const found = existingPart(metadata, field);
  return putSpec(
    metadata,
    metadata.spec.fields.filter((part) => part !== found),
  );
}

/** Puts one field in the place of another.
 *  @throws CATALOG_INCOMPATIBLE_CHANGE, CATALOG_EXISTS, CATALOG_INVALID_NAME, STORAGE_UNSUPPORTED */
export function replacePartitionField(metadata: TableMetadata, field: NewPartitionField, replacement: NewPartitionField): TableMetadata {
  const found = existingPart(metadata, field);
  const other = findPart(metadata, replacement);
  if (other === found) return metadata;
  if (other !== undefined) throw new PlatformError('CATALOG_EXISTS', `The table is partitioned by ${describe(replacement)} already.`);
  return putSpec(
    metadata,
    metadata.spec.fields.map((part) => (part === found ? numbered(metadata, replacement) : part)),
  );
}

/** Makes fields the spec of new data files: under the id of an equal spec that the table had before, or else under a new one. */
function putSpec(metadata: TableMetadata, fields: readonly PartitionField[]): TableMetadata {
  const { json, specs } = metadata;
  const equal = [...specs.values()].find((spec) => isEqual(spec, fields));
  if (equal !== undefined) return withMembers(metadata, { 'default-spec-id': equal.specId });
  const specId = Math.max(...specs.keys()) + 1;
  return withMembers(metadata, {
    'default-spec-id': specId,
    'partition-specs': [...(json['partition-specs'] as readonly JsonValue[]), printPartitionSpec({ specId, fields })],
    'last-partition-id': Math.max(lastPartitionId(metadata), ...fields.map((field) => field.fieldId)),
  });
}

function isEqual(spec: PartitionSpec, fields: readonly PartitionField[]): boolean {
  return (
    spec.fields.length === fields.length &&
    fields.every((field, index) => {
      const other = spec.fields[index];
      return other !== undefined && isSamePart(field, other) && field.name === other.name && field.fieldId === other.fieldId;
    })
  );
}

/** A field that the table had before gets its old id, as a reader of both specs expects. */
function numbered(metadata: TableMetadata, field: NewPartitionField): PartitionField {
  const made = newPartitionField(field, lastPartitionId(metadata) + 1, metadata.schema.fields);
  const before = [...metadata.specs.values()]
    .flatMap((spec) => spec.fields)
    .find((part) => isSamePart(part, made) && part.name === made.name);
  return before ?? made;
}

function lastPartitionId({ json, specs }: TableMetadata): number {
  const noted = Number(json['last-partition-id'] ?? 999);
  return Math.max(noted, ...[...specs.values()].flatMap((spec) => spec.fields.map((field) => field.fieldId)));
}

function findPart({ schema, spec }: TableMetadata, { column, transform }: NewPartitionField): PartitionField | undefined {
  const source = schema.fields.find((field) => field.name.toLowerCase() === column.toLowerCase());
  return spec.fields.find((part) => part.sourceId === source?.id && printTransform(part.transform) === printTransform(transform));
}

function existingPart(metadata: TableMetadata, field: NewPartitionField): PartitionField {
  const found = findPart(metadata, field);
  if (found !== undefined) return found;
  const parts = metadata.spec.fields.map((part) => part.name).join(', ');
  throw new PlatformError('CATALOG_INCOMPATIBLE_CHANGE', `The table is not partitioned by ${describe(field)}.`, {
    hint: parts === '' ? 'It is not partitioned.' : `Its partition fields are ${parts}.`,
  });
}

const isSamePart = (left: PartitionField, right: PartitionField): boolean =>
  left.sourceId === right.sourceId && printTransform(left.transform) === printTransform(right.transform);

const describe = ({ column, transform }: NewPartitionField): string =>
  transform.kind === 'identity' ? JSON.stringify(column) : `${printTransform(transform)} of ${JSON.stringify(column)}`;

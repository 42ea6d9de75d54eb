import { type Field, type NewPartitionField, type PartitionField, PlatformError } from '../../spi/index.ts';
import { transformAccepts } from '../iceberg/transform/apply-transform.ts';
import { printTransform } from '../iceberg/transform/transform-text.ts';

/** Returns a partition field over the columns of a table, under the name that Iceberg gives it.
 *  @param fieldId the partition field's own id, from 1000
 *  @throws CATALOG_INVALID_NAME, STORAGE_UNSUPPORTED when the transform does not take the column's type */
export function newPartitionField(part: NewPartitionField, fieldId: number, fields: readonly Field[]): PartitionField {
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
  return { sourceId: source.id, fieldId, name, transform: part.transform };
}

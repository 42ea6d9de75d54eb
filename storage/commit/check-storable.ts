import { type DataType, PlatformError } from '../../spi/index.ts';
import type { FormatVersion } from '../iceberg/metadata/table-metadata.ts';

/** Says that a type cannot be the type of a stored column.
 *  @throws STORAGE_UNSUPPORTED */
export function checkStorable(type: DataType, column: string): void {
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

/** Says that a table of an older format version has no columns of the type.
 *  @throws STORAGE_UNSUPPORTED */
export function checkTypeVersion(formatVersion: FormatVersion, type: DataType, column: string): void {
  if (formatVersion === 3) return;
  switch (type.kind) {
    case 'timestamp_ns':
      throw new PlatformError(
        'STORAGE_UNSUPPORTED',
        `Column ${JSON.stringify(column)} has the type ${type.kind}, which format version 2 does not have.`,
        { hint: VERSION_3 },
      );
    case 'list':
      checkTypeVersion(formatVersion, type.element, column);
      break;
    case 'map':
      checkTypeVersion(formatVersion, type.key, column);
      checkTypeVersion(formatVersion, type.value, column);
      break;
    case 'struct':
      for (const field of type.fields) checkTypeVersion(formatVersion, field.type, column);
      break;
    default:
  }
}

const VERSION_3 = 'ALTER TABLE .. SET PROPERTIES ("format-version" = 3) first, or make the table WITH ("format-version" = 3).';

/** Says that a table of an older format version has no default values.
 *  @throws STORAGE_UNSUPPORTED */
export function checkDefaults(formatVersion: FormatVersion, column: string): void {
  if (formatVersion === 3) return;
  throw new PlatformError('STORAGE_UNSUPPORTED', `Column ${JSON.stringify(column)} has a DEFAULT, which format version 2 does not have.`, {
    hint: VERSION_3,
  });
}

import { nearestName, PlatformError } from '../../spi/index.ts';
import { upgradeMetadata, withMembers } from '../iceberg/metadata/change-table-metadata.ts';
import { FORMAT_VERSION, takeFormatVersion } from '../iceberg/metadata/format-version.ts';
import { NAME_MAPPING } from '../iceberg/metadata/name-mapping.ts';
import type { FormatVersion, TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { incompatibleChange } from './incompatible-change.ts';

/** Keys that say something of the table which no property decides. @see Iceberg `TableProperties`, reserved properties */
const RESERVED = new Set([
  'uuid',
  FORMAT_VERSION,
  'snapshot-count',
  'current-snapshot-summary',
  'current-snapshot-id',
  'current-snapshot-timestamp-ms',
  'current-schema',
  'default-partition-spec',
  'default-sort-order',
  // Snapshots would have other rows than before.
  NAME_MAPPING,
]);

/** The platform's own properties; each is set where the table is made. */
const OWN_PREFIX = 'trivium.';

/** Sets properties of a table; others stay. The format version is none that is kept: version 3 upgrades the table.
 *  @throws SQL_INVALID_VALUE for a key that is reserved, CATALOG_INCOMPATIBLE_CHANGE for an older format version */
export function setProperties(metadata: TableMetadata, properties: Readonly<Record<string, string>>): TableMetadata {
  const { formatVersion, rest } = takeFormatVersion(properties);
  const entries = Object.entries(rest);
  for (const [key] of entries) refuseReserved(key);
  const upgraded = formatVersion === null ? metadata : ofVersion(metadata, formatVersion);
  if (entries.every(([key, value]) => metadata.properties[key] === value)) return upgraded;
  return withMembers(upgraded, { properties: { ...metadata.properties, ...rest } });
}

function ofVersion(metadata: TableMetadata, formatVersion: FormatVersion): TableMetadata {
  if (formatVersion >= metadata.formatVersion) return formatVersion === 3 ? upgradeMetadata(metadata) : metadata;
  throw incompatibleChange(
    `The table has the format version ${String(metadata.formatVersion)}, which cannot be taken back to ${String(formatVersion)}.`,
    'Make a table of the older version by CREATE TABLE AS.',
  );
}

/** Takes properties of a table away.
 *  @throws SQL_INVALID_VALUE for a key that is reserved, or not set unless `ifExists` */
export function unsetProperties(metadata: TableMetadata, keys: readonly string[], ifExists: boolean): TableMetadata {
  for (const key of keys) refuseReserved(key);
  const unknown = keys.find((key) => !Object.hasOwn(metadata.properties, key));
  if (unknown !== undefined && !ifExists) {
    const nearest = nearestName(unknown, Object.keys(metadata.properties));
    throw new PlatformError('SQL_INVALID_VALUE', `The table has no property ${JSON.stringify(unknown)}.`, {
      hint: nearest === null ? 'UNSET PROPERTIES IF EXISTS allows it.' : `Did you mean ${JSON.stringify(nearest)}?`,
    });
  }
  const gone = new Set(keys);
  const kept = Object.entries(metadata.properties).filter(([key]) => !gone.has(key));
  if (kept.length === Object.keys(metadata.properties).length) return metadata;
  return withMembers(metadata, { properties: Object.fromEntries(kept) });
}

/** Sets or, with null, takes away the comment of a table. */
export function setTableComment(metadata: TableMetadata, comment: string | null): TableMetadata {
  return comment === null ? unsetProperties(metadata, ['comment'], true) : setProperties(metadata, { comment });
}

function refuseReserved(key: string): void {
  if (!RESERVED.has(key) && !key.startsWith(OWN_PREFIX)) return;
  throw new PlatformError('SQL_INVALID_VALUE', `The property ${JSON.stringify(key)} is reserved and cannot be changed.`, {
    hint: 'Use a key of another name.',
    details: { key },
  });
}

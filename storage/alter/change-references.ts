import { PlatformError, type ReferenceChange } from '../../spi/index.ts';
import { snapshotById } from '../catalog/find-snapshot.ts';
import { checkName } from '../catalog/check-name.ts';
import type { JsonObject } from '../iceberg/json/lossless-json.ts';
import { withMembers } from '../iceberg/metadata/change-table-metadata.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { incompatibleChange } from './incompatible-change.ts';

/** The branch that the table's newest rows are on. */
const MAIN = 'main';

/** Makes, replaces or drops a branch or tag. The snapshot that it names is kept for as long as it does.
 *  @throws CATALOG_EXISTS, CATALOG_UNKNOWN_SNAPSHOT for an unknown snapshot, branch or tag, CATALOG_INCOMPATIBLE_CHANGE for `main`, or for a branch
 *  where a tag is named and the reverse
 *  @see Iceberg spec v2, "Snapshot References" */
export function changeReference(metadata: TableMetadata, change: Exclude<ReferenceChange, { kind: 'fast_forward' }>): TableMetadata {
  if (change.name === MAIN)
    throw incompatibleChange('The branch "main" is the table itself, and goes with its commits.', 'Use another name.');
  const refs = (metadata.json['refs'] ?? {}) as JsonObject;
  const found = metadata.refs.get(change.name);
  if (found !== undefined && found.type !== change.type) {
    throw incompatibleChange(
      `${JSON.stringify(change.name)} is a ${found.type} and not a ${change.type}.`,
      `Say ${found.type.toUpperCase()}.`,
    );
  }
  if (change.kind === 'drop_reference') {
    if (found === undefined && change.ifExists) return metadata;
    if (found === undefined) throw unknownReference(metadata, change.name, change.type);
    return withMembers(metadata, { refs: Object.fromEntries(Object.entries(refs).filter(([name]) => name !== change.name)) });
  }
  if (change.action === 'create' && found !== undefined) {
    if (change.ifNotExists) return metadata;
    throw new PlatformError('CATALOG_EXISTS', `The table has a ${change.type} ${JSON.stringify(change.name)} already.`, {
      hint: `REPLACE ${change.type.toUpperCase()} lets it name another snapshot.`,
    });
  }
  if (change.action === 'replace' && found === undefined) throw unknownReference(metadata, change.name, change.type);
  checkName(change.name, change.type);
  const snapshot = change.snapshotId === null ? metadata.current : snapshotById(metadata, change.snapshotId);
  if (snapshot === null) throw incompatibleChange('The table has no snapshot yet that a branch or tag could name.', 'Write rows first.');
  const age = change.maxAgeMs === null ? {} : { 'max-ref-age-ms': change.maxAgeMs };
  return withMembers(metadata, { refs: { ...refs, [change.name]: { 'snapshot-id': snapshot.snapshotId, type: change.type, ...age } } });
}

/** The error for a branch or tag that the table has not. */
export function unknownReference(metadata: TableMetadata, name: string, type: 'branch' | 'tag'): PlatformError {
  const known = [...metadata.refs.values()].filter((ref) => ref.type === type).map((ref) => ref.name);
  return new PlatformError('CATALOG_UNKNOWN_SNAPSHOT', `The table has no ${type} ${JSON.stringify(name)}.`, {
    hint: known.length === 0 ? `It has no ${type} at all.` : `It has ${known.join(', ')}.`,
  });
}

import { PlatformError } from '../../../spi/index.ts';
import type { JsonObject } from '../json/lossless-json.ts';
import { withMembers } from './change-table-metadata.ts';
import type { TableMetadata } from './table-metadata.ts';

/** Returns the metadata as if a branch were the table itself: what is built on the current snapshot is built on the branch then. A branch that is not
 *  there yet springs from the current snapshot.
 *  @throws CATALOG_INCOMPATIBLE_CHANGE for the name of a tag */
export function onBranch(metadata: TableMetadata, branch: string | undefined): TableMetadata {
  const found = branch === undefined ? undefined : metadata.refs.get(branch);
  if (found === undefined) return metadata;
  if (found.type !== 'branch') {
    throw new PlatformError('CATALOG_INCOMPATIBLE_CHANGE', `${JSON.stringify(branch)} is a tag, and rows go to branches.`);
  }
  return withMembers(metadata, { 'current-snapshot-id': found.snapshotId });
}

/** Returns metadata that was built on a branch with what is new on that branch, and everything else as it was in `before`. */
export function ontoBranch(before: TableMetadata, built: TableMetadata, branch: string): TableMetadata {
  const refs = (before.json['refs'] ?? {}) as JsonObject;
  const own = (refs[branch] ?? { type: 'branch' }) as JsonObject;
  return withMembers(built, {
    'current-snapshot-id': before.json['current-snapshot-id'] ?? -1,
    'snapshot-log': before.json['snapshot-log'] ?? [],
    refs: { ...refs, [branch]: { ...own, 'snapshot-id': built.json['current-snapshot-id'] ?? -1 } },
  });
}

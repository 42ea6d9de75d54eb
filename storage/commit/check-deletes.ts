import type { CommitterParts } from '../committer/committer-parts.ts';
import type { StagedWrite } from '../committer/committer-request.ts';
import type { TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { specOf } from '../catalog/metadata-reader.ts';
import { readRowDeletes } from '../scan/row-deletes.ts';
import { filesGone } from './remove-data-files.ts';

/** Checks that the data files which a rewrite takes out, or deletes rows of, have the deletes that the statement read them with: rows that another statement
 *  deleted since would be there again, or be changed although they are gone.
 *  @throws STORAGE_CONFLICT when another statement has deleted rows of one of them since */
export async function checkDeletes(parts: CommitterParts, write: StagedWrite, table: TableMetadata): Promise<void> {
  const { readAt } = write;
  if (readAt === undefined || readAt === null || table.current === null || table.current.snapshotId === BigInt(readAt)) return;
  const locations = new Set([...write.removes, ...write.fragments.flatMap(({ files }) => files.flatMap(({ deletes = [] }) => deletes))]);
  if (locations.size === 0) return;
  const now = await deletesAt(parts, table, table.current.manifestList, locations);
  if (now.size === 0) return;
  const read = table.snapshots.get(BigInt(readAt));
  const then = read === undefined ? new Map<string, string>() : await deletesAt(parts, table, read.manifestList, locations);
  for (const [location, deletes] of now) if (then.get(location) !== deletes) throw filesGone(write, location);
}

/** Returns by location a text that is equal for equal deletes, for the files that have any. */
async function deletesAt(
  parts: CommitterParts,
  table: TableMetadata,
  manifestList: string,
  locations: ReadonlySet<string>,
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const manifests = await parts.metadata.manifestList(manifestList);
  const deletes = await readRowDeletes(parts.metadata, table, manifests, table.schema.fields);
  if (deletes === null) return found;
  for (const file of manifests) {
    if (file.content === 'deletes') continue;
    const spec = specOf(table, file.specId);
    for (const entry of (await parts.metadata.manifest(file, table)).entries) {
      if (entry.status === 'deleted' || !locations.has(entry.location)) continue;
      const own = deletes.deletesOf(entry, spec).map((each) => (each.kind === 'vector' ? `${each.uri}#${String(each.offset)}` : each.uri));
      if (own.length > 0) found.set(entry.location, own.sort().join('\n'));
    }
  }
  return found;
}

import { PlatformError } from '../../spi/index.ts';
import { withCurrent } from '../iceberg/metadata/change-table-metadata.ts';
import type { Snapshot, TableMetadata } from '../iceberg/metadata/table-metadata.ts';
import { unknownReference } from './change-references.ts';

/** Makes the newest snapshot of a branch that of the table. The branch stays. Nothing changes when the table has come from that snapshot already, so
 *  that a repetition is harmless.
 *  @throws CATALOG_UNKNOWN_SNAPSHOT for an unknown branch, CATALOG_BRANCH_DIVERGED when the table has rows that the branch was not built on, or
 *  columns that refuse the NULL that files of the branch may hold */
export function fastForward(metadata: TableMetadata, branch: string): TableMetadata {
  const reference = metadata.refs.get(branch);
  const tip = reference?.type === 'branch' ? metadata.snapshots.get(reference.snapshotId) : undefined;
  if (tip === undefined) throw unknownReference(metadata, branch, 'branch');
  const { current } = metadata;
  if (current !== null && lineOf(metadata, current).includes(tip)) return metadata;
  const line = lineOf(metadata, tip);
  const place = current === null ? line.length : line.indexOf(current);
  if (place < 0 || (current === null && line.at(-1)?.parentId !== null)) {
    throw diverged(branch, 'the table has changed since the branch was made');
  }
  const refused = line.slice(0, place).some((snapshot) => mayHoldRefusedNull(metadata, snapshot));
  if (refused) throw diverged(branch, 'a column has become NOT NULL since rows were written to the branch');
  return withCurrent(metadata, tip);
}

/** A snapshot and those that it was built on, newest first, as far as the table remembers them. */
function lineOf({ snapshots }: TableMetadata, newest: Snapshot): readonly Snapshot[] {
  const line: Snapshot[] = [];
  for (let next: Snapshot | undefined = newest; next !== undefined; ) {
    line.push(next);
    next = next.parentId === null ? undefined : snapshots.get(next.parentId);
  }
  return line;
}

function mayHoldRefusedNull({ schema, schemas }: TableMetadata, { schemaId }: Snapshot): boolean {
  if (schemaId === null || schemaId === schema.schemaId) return false;
  const written = schemas.get(schemaId)?.fields ?? [];
  return schema.fields.some(
    (field) => !field.nullable && field.initialDefault === undefined && !written.some(({ id, nullable }) => id === field.id && !nullable),
  );
}

function diverged(branch: string, reason: string): PlatformError {
  return new PlatformError('CATALOG_BRANCH_DIVERGED', `The branch ${JSON.stringify(branch)} cannot become the table: ${reason}.`, {
    hint: 'Make the branch again from what the table has now.',
  });
}

import { type CommitResult, pathToLocation, PlatformError } from '../../spi/index.ts';
import type { CatalogUpdate, RelationPointer } from '../catalog-store/catalog-store.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import type { StagedWrite } from '../committer/committer-request.ts';
import { printSucceeding, type SucceedingMetadata } from '../iceberg/metadata/succeeding-metadata.ts';
import { type CommitBase, findBase, type PreparedWrite, prepareWrite } from './prepare-write.ts';
import { raceUntilWon } from './race-until-won.ts';
import { recordCommit, resultFor } from './record-commit.ts';
import { type CommitAttempt, discardAttempt, settleAttempt, writeAttempt } from './write-attempt.ts';

/** The result of a write, and what its commit has written where that is told as what it adds. */
export type CommittedAnswer = CommitResult & { readonly succeeding?: SucceedingMetadata };

/** Makes staged files part of a table in one step.
 *  Order: data files and metadata are written and synced first, then the pointer moves together with the idempotency key in one transaction of the
 *  catalog store. An attempt that loses the race keeps its data files and manifest and is made again on the new snapshot.
 *  An append adds to whatever snapshot is current; an overwrite replaces whatever is current; a rewrite needs the files that it removes to be current,
 *  and its snapshot where it names one.
 *  @throws STORAGE_CONFLICT, CATALOG_UNKNOWN_TABLE, CATALOG_EXISTS, STORAGE_CORRUPT, STORAGE_IO */
export async function commitWrite(parts: CommitterParts, write: StagedWrite): Promise<CommittedAnswer> {
  const earlier = committedBefore(parts, write);
  if (earlier !== null) return earlier;
  const first = await findBase(parts, write);
  if ('kept' in first) return first.kept;
  const prepared = await prepareWrite(parts, write, first.metadata);
  // Who has to wait lets the disk work in the meantime.
  if (parts.turns.isTaken(write.table.uuid)) prepared.syncs.begin();
  try {
    return await parts.turns.take(write.table.uuid, () => commitPrepared(parts, prepared));
  } finally {
    // Whoever removes what a refused commit has staged is not to meet writes that still go on.
    await prepared.syncs.ended();
  }
}

async function commitPrepared(parts: CommitterParts, prepared: PreparedWrite): Promise<CommittedAnswer> {
  const { write } = prepared;
  return raceUntilWon(parts, [write.table], async () => {
    const base = await findBase(parts, write);
    if ('kept' in base) return base.kept;
    // The same rows in other files mean something else only where deletes may have come to take some of them.
    if (write.sameRows !== true || (await hasDeletes(parts, base))) checkBase(write, base);
    return tryCommit(parts, prepared, base);
  });
}

async function hasDeletes(parts: CommitterParts, { metadata }: CommitBase): Promise<boolean> {
  if (metadata.current === null) return false;
  return (await parts.metadata.manifestList(metadata.current.manifestList)).some(({ content }) => content === 'deletes');
}

/** Checks that a write which names the snapshot that it read is built on that one.
 *  What was read of the table decided what is written: with other rows in it, it would have been something else. */
export function checkBase({ basedOn, table }: StagedWrite, { metadata }: CommitBase): void {
  if (basedOn === undefined || basedOn === (metadata.current?.snapshotId.toString() ?? null)) return;
  throw new PlatformError('STORAGE_CONFLICT', `Another statement has changed the table ${table.name}, whose rows this one has read.`, {
    hint: 'Repeat the statement.',
  });
}

function committedBefore(parts: CommitterParts, write: StagedWrite): CommitResult | null {
  const uuid = write.goal === 'create' ? parts.store.relation(write.table)?.uuid : write.table.uuid;
  const earlier = uuid === undefined ? null : parts.store.commit(uuid, write.idempotencyKey);
  return earlier === null ? null : resultFor(write, earlier);
}

/** Writes an attempt's files and tries to move the pointer; null when another commit was faster. */
async function tryCommit(parts: CommitterParts, prepared: PreparedWrite, base: CommitBase): Promise<CommittedAnswer | null> {
  const attempt = await writeAttempt(parts, prepared, base, prepared.write.sameRows === true ? notesOf(base) : {});
  const result = parts.store.update(null, (state) => movePointer(state, attempt));
  if (result === null) {
    await discardAttempt(parts, attempt);
    return null;
  }
  await settleAttempt(parts, attempt);
  return { ...result, ...succeedingOf(attempt) };
}

/** The tables of a stream forget snapshots besides, a table that was only now made has nothing to add to, and a branch is not the table's own. */
function succeedingOf({ prepared, base, location, metadata, bytes }: CommitAttempt): Pick<CommittedAnswer, 'succeeding'> {
  if (prepared.write.stream !== null || prepared.write.table.branch !== undefined || base.location === null || metadata.current === null)
    return {};
  return { succeeding: { base: base.location, location, bytes, snapshot: printSucceeding(metadata.current) } };
}

/** The same rows stand for the same moment of what they were made of. */
function notesOf({ metadata }: CommitBase): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(metadata.current?.summary ?? {}).filter(([key]) => key.startsWith('trivium.')));
}

/** The compare-and-swap, inside one write transaction of the store; null when the pointer is not the one that the attempt was built on. */
function movePointer(state: CatalogUpdate, { prepared, base, location }: CommitAttempt): CommitResult | null {
  const { write } = prepared;
  const current = state.relation(write.table);
  if (write.create === null) {
    if (current === null || current.uuid !== write.table.uuid) return null;
    const earlier = state.commit(write.table.uuid, write.idempotencyKey);
    if (earlier !== null) return resultFor(write, earlier);
    if (current.metadataLocation !== base.location) return null;
    state.putRelation({ ...current, metadataLocation: location });
  } else {
    const schema = state.schema(write.table.schema);
    if (schema === null || (current !== null && !mayReplace(write.create, current))) return null;
    if (current !== null) state.removeRelation(current);
    const tableLocation = pathToLocation(write.tableDirectory);
    const { name, uuid } = write.table;
    state.putRelation({ kind: 'table', schema, name, uuid, metadataLocation: location, tableLocation });
  }
  return recordCommit(state, prepared);
}

const mayReplace = (create: NonNullable<StagedWrite['create']>, current: RelationPointer): boolean =>
  create.ifExists === 'replace' && current.kind === 'table' && current.stream === undefined;

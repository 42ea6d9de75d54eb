import { type CommitResult, PlatformError, printSnapshotList, type StreamRecord } from '../../spi/index.ts';
import type { CatalogReader, CatalogUpdate } from '../catalog-store/catalog-store.ts';
import { type CommitBase, findBase, type PreparedWrite, prepareWrite } from '../commit/prepare-write.ts';
import { raceUntilWon } from '../commit/race-until-won.ts';
import { recordCommit, resultFor } from '../commit/record-commit.ts';
import { type CommitAttempt, discardAttempt, settleAttempt, writeAttempt } from '../commit/write-attempt.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import type { StagedCheckpoint, StagedWrite } from '../committer/committer-request.ts';

/** Makes a checkpoint of a stream: the files of all tables are written and synced first, then all pointers move together with the idempotency keys and
 *  the checkpoint in one transaction of the catalog store.
 *  @throws STORAGE_CONFLICT when the stored checkpoint is not the one before, or the stream is gone */
export async function commitStream(parts: CommitterParts, staged: StagedCheckpoint): Promise<readonly CommitResult[]> {
  const earlier = checkTurn(parts.store, staged);
  if (earlier !== null) return earlier;
  const prepared: PreparedWrite[] = [];
  for (const write of staged.writes) prepared.push(await prepareWrite(parts, write, (await findStreamBase(parts, write)).metadata));
  return raceUntilWon(parts, staged.table, () => tryCommit(parts, staged, prepared));
}

async function tryCommit(
  parts: CommitterParts,
  staged: StagedCheckpoint,
  prepared: readonly PreparedWrite[],
): Promise<readonly CommitResult[] | null> {
  const earlier = checkTurn(parts.store, staged);
  if (earlier !== null) return earlier;
  const { sequence, offsets } = staged.checkpoint;
  const notes = { 'trivium.checkpoint': String(sequence), 'trivium.offsets': printSnapshotList(offsets) };
  const attempts: CommitAttempt[] = [];
  for (const one of prepared) attempts.push(await writeAttempt(parts, one, await findStreamBase(parts, one.write), notes));
  const results = parts.store.update(null, (state) => moveAll(state, staged, attempts));
  for (const attempt of attempts) {
    if (results === null) await discardAttempt(parts, attempt);
    else await settleAttempt(parts, attempt);
  }
  return results;
}

/** The compare-and-swap of all tables, inside one write transaction of the store; null when one of the pointers has moved. */
function moveAll(state: CatalogUpdate, staged: StagedCheckpoint, attempts: readonly CommitAttempt[]): readonly CommitResult[] | null {
  const earlier = checkTurn(state, staged);
  if (earlier !== null) return earlier;
  const stream = findStream(state, staged);
  const pointers = attempts.map(({ prepared }) => state.relation(prepared.write.table));
  if (attempts.some(({ base }, index) => pointers[index]?.metadataLocation !== base.location)) return null;
  attempts.forEach(({ location }, index) => {
    const pointer = pointers[index];
    if (pointer !== null && pointer !== undefined) state.putRelation({ ...pointer, metadataLocation: location });
  });
  state.putStream({ ...stream, checkpoint: staged.checkpoint });
  return attempts.map(({ prepared }) => recordCommit(state, prepared));
}

/** Returns the results when this very checkpoint is stored already, null when its turn has come. */
function checkTurn(catalog: CatalogReader, staged: StagedCheckpoint): readonly CommitResult[] | null {
  const { checkpoint, writes } = staged;
  const stream = findStream(catalog, staged);
  const results = writes.map((write) => {
    const committed = catalog.commit(write.table.uuid, write.idempotencyKey);
    return committed === null ? null : resultFor(write, committed);
  });
  if (results.every((result) => result?.repeated === false)) return results.filter((result) => result !== null);
  const stored = stream.checkpoint?.sequence ?? 0;
  if (stored + 1 === checkpoint.sequence) return null;
  throw new PlatformError(
    'STORAGE_CONFLICT',
    `The materialized view ${staged.table.name} is at checkpoint ${String(stored)}, so ${String(checkpoint.sequence)} cannot follow.`,
    { hint: 'Another process runs the view; read its checkpoint again.', details: { stored, given: checkpoint.sequence } },
  );
}

function findStream(catalog: CatalogReader, { table }: StagedCheckpoint): StreamRecord {
  const stream = catalog.stream(table.uuid);
  if (stream === null) throw new PlatformError('STORAGE_CONFLICT', `The materialized view ${table.name} was dropped.`);
  return stream;
}

async function findStreamBase(parts: CommitterParts, write: StagedWrite): Promise<CommitBase> {
  const base = await findBase(parts, write);
  if ('kept' in base) throw new PlatformError('INTERNAL_INVARIANT', 'A stream writes to tables that exist.');
  return base;
}

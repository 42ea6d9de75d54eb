import { type CommitResult, PlatformError, printSnapshotList, type StreamRecord } from '../../spi/index.ts';
import type { CatalogReader } from '../catalog-store/catalog-store.ts';
import { commitTogether, moveOf, type PointerMove } from '../commit/commit-together.ts';
import { type CommitBase, findBase, type PreparedWrite, prepareDurably } from '../commit/prepare-write.ts';
import { recordCommit, resultFor } from '../commit/record-commit.ts';
import { writeAttempt } from '../commit/write-attempt.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import type { StagedCheckpoint, StagedWrite } from '../committer/committer-request.ts';

/** Makes a checkpoint of a stream: the files of all tables are written and synced first, then all pointers move together with the idempotency keys and
 *  the checkpoint in one transaction of the catalog store.
 *  @throws STORAGE_CONFLICT when the stored checkpoint is not the one before, or the stream is gone */
export async function commitStream(parts: CommitterParts, staged: StagedCheckpoint): Promise<readonly CommitResult[]> {
  const earlier = checkTurn(parts.store, staged);
  if (earlier !== null) return earlier;
  const prepared: PreparedWrite[] = [];
  for (const write of staged.writes) prepared.push(await prepareDurably(parts, write, (await findStreamBase(parts, write)).metadata));
  const { sequence, offsets } = staged.checkpoint;
  const notes = { 'trivium.checkpoint': String(sequence), 'trivium.offsets': printSnapshotList(offsets) };
  return commitTogether(parts, {
    tables: staged.writes.map(({ table }) => table),
    earlier: (catalog) => checkTurn(catalog, staged),
    moves: async () => {
      const moves: PointerMove[] = [];
      for (const one of prepared) {
        moves.push(moveOf(parts, await writeAttempt(parts, one, await findStreamBase(parts, one.write), notes)));
      }
      return moves;
    },
    record: (state) => {
      state.putStream({ ...findStream(state, staged), checkpoint: staged.checkpoint });
      return prepared.map((one) => recordCommit(state, one));
    },
  });
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

import type { CommitResult } from '../../spi/index.ts';
import type { CatalogUpdate, CommittedWrite } from '../catalog-store/catalog-store.ts';
import type { StagedWrite } from '../committer/committer-request.ts';
import type { PreparedWrite } from './prepare-write.ts';

/** Records under the write's idempotency key what it commits, in the transaction that moves the table's pointer. */
export function recordCommit(state: CatalogUpdate, prepared: PreparedWrite): CommitResult {
  const { write } = prepared;
  const result = commitResult(prepared);
  state.putCommit(write.table.uuid, write.idempotencyKey, { transactionId: write.transactionId, result });
  return result;
}

/** Returns what a write is told when it is committed. */
export function commitResult({ write, sealed, snapshotId }: PreparedWrite): CommitResult {
  const rows = write.rows ?? sealed.reduce((sum, file) => sum + file.file.rows, 0);
  const changes = write.changes === undefined ? {} : { changes: write.changes };
  return { table: write.table, snapshotId: snapshotId.toString(), rows, repeated: false, ...changes };
}

/** Returns what a write is told whose key is recorded. The transaction that committed gets its own result, also when it asks again: its files
 *  are part of the table. */
export function resultFor(write: StagedWrite, committed: CommittedWrite): CommitResult {
  return { ...committed.result, repeated: committed.transactionId !== write.transactionId };
}

import { type CommitResult, PlatformError } from '../../spi/index.ts';
import type { CatalogReader, CatalogUpdate } from '../catalog-store/catalog-store.ts';
import { commitTogether, type PointerMove } from '../commit/commit-together.ts';
import { type CommitBase, type PreparedWrite, prepareDurably } from '../commit/prepare-write.ts';
import { type CommitAttempt, discardAttempt, settleAttempt, writeAttempt } from '../commit/write-attempt.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import type { StagedTable, StagedTransactionTables } from '../committer/committer-request.ts';
import { withoutCurrentLogged } from '../iceberg/metadata/change-table-metadata.ts';

/** Makes what a transaction has staged part of all its tables in one transaction of the catalog store.
 *  A table that nobody else changed takes the staged metadata as it is. One that others changed takes appends anew on top of them; where the
 *  transaction has removed or replaced rows, the first to commit wins.
 *  @throws STORAGE_CONFLICT, STORAGE_IO, STORAGE_OUTCOME_UNKNOWN */
export function commitTransaction(
  parts: CommitterParts,
  { transactionId, tables }: StagedTransactionTables,
): Promise<readonly CommitResult[]> {
  const prepared = new Map<string, readonly PreparedWrite[]>();
  let results: readonly CommitResult[] = [];
  return commitTogether(parts, {
    tables: tables.map(({ table }) => table),
    earlier: (catalog) => committedBefore(catalog, transactionId),
    moves: async () => {
      const moves: PointerMove[] = [];
      const found: CommitResult[] = [];
      for (const staged of tables) {
        const { table, rows } = staged;
        const { move, snapshotId } = await moveTable(parts, staged, prepared);
        moves.push(move);
        found.push({ table, snapshotId, rows, repeated: false });
      }
      results = found;
      return moves;
    },
    record: (state) => recordAll(state, transactionId, results),
  });
}

/** The transaction's id is its idempotency key: the catalog keeps a result for each of its tables. */
function committedBefore(catalog: CatalogReader, transactionId: string): readonly CommitResult[] | null {
  const earlier = catalog.commits(transactionId);
  return earlier.length === 0 ? null : earlier.map(({ result }) => result);
}

function recordAll(state: CatalogUpdate, transactionId: string, results: readonly CommitResult[]): readonly CommitResult[] {
  for (const result of results) state.putCommit(transactionId, result.table.uuid, { transactionId, result });
  return results;
}

async function moveTable(
  parts: CommitterParts,
  staged: StagedTable,
  prepared: Map<string, readonly PreparedWrite[]>,
): Promise<{ readonly move: PointerMove; readonly snapshotId: string }> {
  const { table, base, stagedSnapshotId } = staged;
  const pointer = parts.store.relation(table);
  if (pointer === null || pointer.uuid !== table.uuid) throw conflict(staged, 'dropped');
  if (pointer.metadataLocation === base) return { move: await moveToStaged(parts, staged), snapshotId: stagedSnapshotId };
  const current: CommitBase = { metadata: await parts.metadata.table(pointer.metadataLocation), location: pointer.metadataLocation };
  checkMayMerge(staged, current);
  const writes = prepared.get(table.uuid) ?? (await prepareAll(parts, staged, current));
  prepared.set(table.uuid, writes);
  return { move: await moveToMerged(parts, staged, writes, current), snapshotId: String(writes.at(-1)?.snapshotId) };
}

/** Rows that others appended have no part in an append; where rows were removed or replaced, they would have been read. */
function checkMayMerge(staged: StagedTable, { metadata }: CommitBase): void {
  if (staged.writes.every(({ goal }) => goal === 'append')) return;
  if (staged.baseSnapshotId !== (metadata.current?.snapshotId.toString() ?? null)) throw conflict(staged, 'changed');
}

async function moveToStaged(parts: CommitterParts, { table, base, staged }: StagedTable): Promise<PointerMove> {
  const [before, after] = [await parts.metadata.table(base), await parts.metadata.table(staged)];
  return {
    table,
    from: base,
    to: staged,
    settle: () => parts.oldMetadata.letGo(before, after),
    // The files stay: the next attempt may find the table as it was.
    discard: () => Promise.resolve(),
  };
}

async function prepareAll(parts: CommitterParts, { writes }: StagedTable, { metadata }: CommitBase): Promise<readonly PreparedWrite[]> {
  const prepared: PreparedWrite[] = [];
  for (const write of writes) prepared.push(await prepareDurably(parts, write, metadata));
  return prepared;
}

/** Makes the writes again on what is current; the table then has the rows of both. */
async function moveToMerged(
  parts: CommitterParts,
  { table }: StagedTable,
  writes: readonly PreparedWrite[],
  current: CommitBase,
): Promise<PointerMove> {
  const attempts: CommitAttempt[] = [];
  let base = current;
  let to = '';
  for (const prepared of writes) {
    const attempt = await writeAttempt(parts, prepared, base, {});
    attempts.push(attempt);
    to = attempt.location;
    base = { metadata: withoutCurrentLogged(attempt.metadata), location: attempt.location };
  }
  return {
    table,
    from: current.location,
    to,
    settle: async () => {
      for (const attempt of attempts) await settleAttempt(parts, attempt);
    },
    discard: async () => {
      for (const attempt of attempts) await discardAttempt(parts, attempt);
    },
  };
}

function conflict({ table }: StagedTable, how: 'changed' | 'dropped'): PlatformError {
  return new PlatformError(
    'STORAGE_CONFLICT',
    `The table ${table.schema}.${table.name} was ${how} by another since BEGIN. Nothing was committed.`,
    {
      hint: 'Run the whole transaction again: it then reads what the other has committed.',
      details: { schema: table.schema, table: table.name },
    },
  );
}

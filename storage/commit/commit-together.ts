import { PlatformError, type TableRef } from '../../spi/index.ts';
import type { CatalogReader, CatalogUpdate } from '../catalog-store/catalog-store.ts';
import type { CommitterParts } from '../committer/committer-parts.ts';
import { raceUntilWon } from './race-until-won.ts';
import { type CommitAttempt, discardAttempt, settleAttempt } from './write-attempt.ts';

/** What one table's pointer is to move to, if it is still where the attempt found it. All files of the new metadata are synced. */
export interface PointerMove {
  readonly table: TableRef;
  readonly from: string | null;
  readonly to: string;
  /** Done after the move. */
  settle(): Promise<void>;
  /** Done when another commit was faster. */
  discard(): Promise<void>;
}

/** A commit of several tables. */
export interface JointCommit<Result> {
  readonly tables: readonly TableRef[];
  /** Returns the result when the commit is done already. @throws what forbids it; asked again inside the store's transaction */
  earlier(catalog: CatalogReader): Result | null;
  /** Writes the metadata of an attempt on the tables as they are. */
  moves(): Promise<readonly PointerMove[]>;
  /** Records the commit in the transaction that moves the pointers. */
  record(state: CatalogUpdate): Result;
}

/** Moves the pointers of several tables in one transaction of the catalog store; attempts are made until one wins.
 *  @throws STORAGE_CONFLICT when too many races were lost, STORAGE_OUTCOME_UNKNOWN, what the parts of the commit throw */
export function commitTogether<Result>(parts: CommitterParts, commit: JointCommit<Result>): Promise<Result> {
  const { tables } = commit;
  const attempt = () => raceUntilWon(parts, tables, () => tryCommit(parts, commit));
  return parts.turns.takeAll([...new Set(tables.map((table) => table.uuid))], attempt);
}

async function tryCommit<Result>(parts: CommitterParts, commit: JointCommit<Result>): Promise<Result | null> {
  const earlier = commit.earlier(parts.store);
  if (earlier !== null) return earlier;
  const moves = await commit.moves();
  let outcome: { readonly moved: boolean; readonly result: Result | null };
  try {
    outcome = parts.store.update(null, (state) => moveAll(state, commit, moves));
  } catch (error) {
    // With an unknown outcome the files may be part of the tables by now.
    const known = !(error instanceof PlatformError) || error.code !== 'STORAGE_OUTCOME_UNKNOWN';
    if (known) for (const move of moves) await move.discard();
    throw error;
  }
  for (const move of moves) await (outcome.moved ? move.settle() : move.discard());
  return outcome.result;
}

/** The compare-and-swap of all tables; no result when one of the pointers has moved. */
function moveAll<Result>(
  state: CatalogUpdate,
  commit: JointCommit<Result>,
  moves: readonly PointerMove[],
): { readonly moved: boolean; readonly result: Result | null } {
  const earlier = commit.earlier(state);
  if (earlier !== null) return { moved: false, result: earlier };
  const pointers = moves.map(({ table }) => state.relation(table));
  const stands = ({ from, table }: PointerMove, index: number): boolean => {
    const pointer = pointers[index];
    return pointer?.uuid === table.uuid && pointer.metadataLocation === from;
  };
  if (!moves.every(stands)) return { moved: false, result: null };
  moves.forEach(({ to }, index) => {
    const pointer = pointers[index];
    if (pointer !== null && pointer !== undefined) state.putRelation({ ...pointer, metadataLocation: to });
  });
  return { moved: true, result: commit.record(state) };
}

/** Returns the move that an attempt stands for. */
export function moveOf(parts: CommitterParts, attempt: CommitAttempt): PointerMove {
  return {
    table: attempt.prepared.write.table,
    from: attempt.base.location,
    to: attempt.location,
    settle: () => settleAttempt(parts, attempt),
    discard: () => discardAttempt(parts, attempt),
  };
}

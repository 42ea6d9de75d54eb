import type { Fragment, RowChanges, WriteGoal, WriteTransaction } from '../../spi/index.ts';
import type { MergeOnRead, RowModification } from '../../sql/bind/index.ts';
import { restrictScan } from '../../sql/plan/index.ts';
import { answerCommit } from './answer-small.ts';
import { checkRows } from './check-rows.ts';
import { countLiveRows } from './count-live-rows.ts';
import { executeFresh } from './execute-fresh.ts';
import { commitStaged, writeQuery } from './execute-write.ts';
import type { AffectedFiles } from './find-affected-files.ts';
import type { StatementContext } from './statement-context.ts';
import type { StatementOutcome } from './statement-request.ts';
import { deriveContext } from './derive-context.ts';

/** What was found out about a statement before anything is written. */
export interface FoundChanges {
  readonly affected: AffectedFiles;
  readonly changes: RowChanges | null;
  readonly goal: Extract<WriteGoal, { kind: 'rewrite' }>;
}

/** Deletes and changes rows where they lie: files all of whose rows are meant are taken out, of the others the positions of the rows meant are written, and
 *  rows with other values and rows inserted become new files, all in one commit.
 *  @throws STORAGE_CONFLICT when another statement has replaced one of the files, or deleted rows of it, meanwhile */
export async function changeOnRead(
  { target, hints, updates }: RowModification,
  { positions, rows }: MergeOnRead,
  { affected, changes, goal: replacing }: FoundChanges,
  context: StatementContext,
): Promise<StatementOutcome> {
  const { whole, partial } = affected;
  const uris = (files: AffectedFiles['whole']): readonly string[] => files.map(({ uri }) => uri);
  const goal: WriteGoal = { ...replacing, removes: uris(whole) };
  const marked = affected.rows - (await countLiveRows(target, whole, hints, context));
  const stagePositions = async (transaction: WriteTransaction): Promise<readonly Fragment[]> => {
    if (partial.length === 0) return [];
    // A condition that reads no column leaves the place alone of the scan.
    const query = restrictScan(positions, [...target.columns, ...positions.plan.output], uris(partial));
    const outcome = await executeFresh(query, hints, context);
    try {
      const fragments = [await transaction.appendDeletes('positions', 1, outcome.frames)];
      checkRows(fragments, marked);
      return fragments;
    } finally {
      await outcome.close();
    }
  };
  const written = (changes?.updated ?? (updates ? affected.rows : 0)) + (changes?.inserted ?? 0);
  if (rows === null || written === 0) {
    const transaction = await context.sink.begin(goal);
    return answerCommit(await commitStaged(transaction, () => stagePositions(transaction), context), null);
  }
  const query = restrictScan(rows, target.columns, uris([...whole, ...partial]));
  // As for files that are written anew: the key alone tells a later process whether the statement was done.
  return writeQuery(goal, query, hints, deriveContext(context, { durable: null }), {
    before: stagePositions,
    check: (fragments) => {
      checkRows(fragments, written);
    },
  });
}

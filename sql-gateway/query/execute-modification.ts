import { assert, isLineageColumn, type ParquetSplit, PlatformError, type RowChanges, type WriteGoal } from '../../spi/index.ts';
import type { BoundStatement, RowModification } from '../../sql/bind/index.ts';
import { restrictScan } from '../../sql/plan/index.ts';
import { answerCommit } from './answer-small.ts';
import { beginAnew } from './begin-anew.ts';
import { changeOnRead } from './change-on-read.ts';
import { checkRows } from './check-rows.ts';
import { countLiveRows } from './count-live-rows.ts';
import { countAll, countRows } from './count-rows.ts';
import { commitStaged, findEarlierCommit, writeQuery } from './execute-write.ts';
import { type AffectedFiles, findAffectedFiles } from './find-affected-files.ts';
import type { StatementContext } from './statement-context.ts';
import type { StatementOutcome } from './statement-request.ts';
import { deriveContext } from './derive-context.ts';

/** DELETE, UPDATE, MERGE, INSERT OVERWRITE of partitions or TRUNCATE. */
type Modification = RowModification | Extract<BoundStatement, { kind: 'truncate' }>;

const NO_HINTS = { engine: null };

/** Units: milliseconds; the longest pause after the n-th lost run is n times this. */
const RETRY_PAUSE_MS = 20;

/** Replaces the data files that hold rows meant by files without them, or with them changed, in one commit. Rows appended meanwhile stay as they are.
 *  Guarantees: when another writer has replaced one of the files, nothing is committed and the statement begins anew on the newest snapshot.
 *  @throws STORAGE_CONFLICT when it has lost too often */
export function executeModification(statement: Modification, context: StatementContext): Promise<StatementOutcome> {
  return beginAnew(statement, context, (current) => executeOnce(current, context), {
    pauseMs: RETRY_PAUSE_MS,
    next: (bound, lost) => {
      assert(isModification(bound), 'a text means the same kind of statement again');
      return bound.target.snapshotId === lost.target.snapshotId ? null : bound;
    },
  });
}

async function executeOnce(statement: Modification, context: StatementContext): Promise<StatementOutcome> {
  const { table, target } = statement;
  const earlier = await findEarlierCommit(table, context);
  if (earlier !== null) return answerCommit(earlier, null);
  const { splits } = await context.tables.plan({ ...target, columnNames: true });
  const affected = await findAffected(statement, splits, context);
  const { whole, partial } = affected;
  const changes = await countChanges(statement, affected, context);
  const inserted = changes?.inserted ?? 0;
  const rows = statement.kind === 'overwrite' ? inserted : affected.rows + inserted;
  const told = changes === null || statement.kind !== 'merge' ? {} : { changes };
  if (affected.rows + inserted === 0) {
    return answerCommit({ table, snapshotId: target.snapshotId ?? '', rows, repeated: false, ...told }, null);
  }
  // What is inserted depends on rows that are not there, and that another writer may have put there since.
  const base = inserted === 0 ? {} : { basedOn: target.snapshotId };
  const goal: WriteGoal = {
    kind: 'rewrite',
    table,
    schemaId: target.schemaId,
    removes: urisOf([...whole, ...partial]),
    rows,
    ...told,
    ...base,
    readAt: target.snapshotId,
    lineage: target.columns.some(isLineageColumn),
  };
  if (statement.kind !== 'truncate' && statement.onRead !== null) {
    return changeOnRead(statement, statement.onRead, { affected, changes, goal }, context);
  }
  const updates = statement.kind !== 'truncate' && statement.updates;
  const read = updates ? [...whole, ...partial] : partial;
  if (statement.kind === 'truncate' || (read.length === 0 && inserted === 0)) {
    return answerCommit(await commitStaged(await context.sink.begin(goal), () => Promise.resolve([]), context), null);
  }
  const deleted = updates ? (changes?.deleted ?? 0) : affected.rows - (await countLiveRows(target, whole, statement.hints, context));
  const stays = (await countLiveRows(target, read, statement.hints, context)) - deleted + inserted;
  const query = restrictScan(statement.query, target.columns, urisOf(read));
  // The key alone tells a later process whether the statement was done; until then it begins anew, on the snapshot of that time.
  const undurable: StatementContext = deriveContext(context, { durable: null });
  return writeQuery(goal, query, statement.hints, undurable, {
    check: (fragments) => {
      checkRows(fragments, stays);
    },
  });
}

/** Returns whether a statement replaces data files. */
export function isModification(statement: BoundStatement): statement is Modification {
  return 'target' in statement;
}

async function findAffected(statement: Modification, splits: readonly ParquetSplit[], context: StatementContext): Promise<AffectedFiles> {
  const { target } = statement;
  if (statement.kind === 'truncate' || statement.matching === null) {
    const hints = statement.kind === 'truncate' ? NO_HINTS : statement.hints;
    return { rows: await countLiveRows(target, splits, hints, context), whole: splits, partial: [] };
  }
  const { matching, hints } = statement;
  return findAffectedFiles(splits, (files) => countRows(restrictScan(matching, target.columns, urisOf(files)), hints, context));
}

/** Counts what is done to the rows of the files found, and what is inserted; null where the number of rows meant says it all.
 *  @throws SQL_ROW_CHANGED_TWICE when a row is meant by more than one row of the source */
async function countChanges(
  statement: Modification,
  { rows, whole, partial }: AffectedFiles,
  context: StatementContext,
): Promise<RowChanges | null> {
  if (statement.kind === 'truncate' || statement.changes === null) return null;
  const { changes, target, hints, table } = statement;
  const query = restrictScan(changes, target.columns, urisOf([...whole, ...partial]));
  const [updated = 0, deleted = 0, inserted = 0] = await countAll(query, hints, context);
  if (updated + deleted === rows) return { inserted, updated, deleted };
  const message = `Rows of the source match rows of ${table.name} ${String(updated + deleted)} times to change ${String(rows)} rows: one would be changed twice. Nothing was changed.`;
  throw new PlatformError('SQL_ROW_CHANGED_TWICE', message, {
    hint: 'Leave one row of the source for each row of the table, by GROUP BY or QUALIFY, or make the condition stricter.',
  });
}

const urisOf = (files: readonly ParquetSplit[]): readonly string[] => files.map((file) => file.uri);

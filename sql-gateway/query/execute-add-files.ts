import type { ExistingFile, Fragment, WriteTransaction } from '../../spi/index.ts';
import type { BoundCall } from '../../sql/bind/index.ts';
import type { PinnedFile } from '../file/allowed-files.ts';
import { answerRow } from './answer-small.ts';
import { commitStaged, findEarlierCommit } from './execute-write.ts';
import type { StatementContext } from './statement-context.ts';
import type { StatementOutcome } from './statement-request.ts';

/** Makes a Parquet file, or those below a folder, part of a table in one commit: their pages are copied as they are. */
export async function executeAddFiles(statement: BoundCall, context: StatementContext): Promise<StatementOutcome> {
  const { table } = statement;
  const earlier = await findEarlierCommit(table, context);
  if (earlier !== null) return answerRow({ files: null, rows: earlier.rows, snapshot_id: earlier.snapshotId });
  const listed = await context.files.list(String(statement.arguments['files']), '.parquet');
  const transaction = await context.sink.begin({ kind: 'append', table });
  let files = 0;
  const stage = async (): Promise<readonly Fragment[]> => {
    const fragment = await adoptAll(transaction, listed, context);
    files = fragment.files.length;
    return [fragment];
  };
  const { rows, snapshotId } = await commitStaged(transaction, stage, context);
  return answerRow({ files, rows, snapshot_id: snapshotId });
}

async function adoptAll(
  transaction: WriteTransaction,
  listed: Awaited<ReturnType<StatementContext['files']['list']>>,
  { files, record }: StatementContext,
): Promise<Fragment> {
  const pinned: PinnedFile[] = [];
  try {
    const sources: ExistingFile[] = [];
    for (const { path, pathValues } of listed) {
      record.signal.throwIfAborted();
      const pin = await files.pin(path);
      pinned.push(pin);
      sources.push({ path: pin.path, name: path, pathValues });
    }
    return await transaction.adoptFiles('add', 1, sources, record.signal);
  } finally {
    await Promise.all(pinned.map((pin) => pin.release()));
  }
}

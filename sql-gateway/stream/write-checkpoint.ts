import {
  type Fragment,
  type StreamCheckpoint,
  type StreamRecord,
  type StreamWrite,
  type ViewCheckpoint,
  type WriteTransaction,
} from '../../spi/index.ts';
import type { StreamParts } from './stream-parts.ts';

/** Where a stream stands, beside the rows of its result. */
export type CheckpointFacts = Pick<StreamCheckpoint, 'sequence' | 'offsets' | 'stateUri' | 'rowsRead'>;

/** Commits what changed since the last checkpoint: rows of the result, late rows and the stream's position, in one transaction.
 *  Guarantees: either all of it is durable when this returns, or nothing is.
 *  @throws STORAGE_CONFLICT when somebody else wrote a checkpoint of the stream, or it is gone */
export async function writeCheckpoint(
  record: StreamRecord,
  changed: ViewCheckpoint,
  facts: CheckpointFacts,
  { sink, streams }: Pick<StreamParts, 'sink' | 'streams'>,
): Promise<StreamCheckpoint> {
  const begun: WriteTransaction[] = [];
  const begin: typeof sink.begin = async (goal) => {
    const transaction = await sink.begin(goal);
    begun.push(transaction);
    return transaction;
  };
  const earlier = record.checkpoint;
  const replaced = earlier?.openFiles ?? [];
  const writes: StreamWrite[] = [];
  try {
    const result = await stageResult(record, changed, replaced, begin);
    if (result.write !== null) writes.push(result.write);
    const late = await stageLate(record, changed, begin);
    if (late !== null) writes.push(late);
    const checkpoint: StreamCheckpoint = {
      ...facts,
      openFiles: result.openFiles,
      watermarksUs: changed.watermarksUs,
      lateRows: (earlier?.lateRows ?? 0) + changed.late.reduce((sum, { rows }) => sum + rows, 0),
      committedAtMs: Date.now(),
    };
    await streams.commit(record.table, checkpoint, writes);
    return checkpoint;
  } catch (error) {
    // What was staged is of no use to anybody; files that stay behind are swept.
    await Promise.allSettled(begun.map((transaction) => transaction.abort()));
    throw error;
  }
}

type Begin = (goal: Parameters<StreamParts['sink']['begin']>[0]) => Promise<WriteTransaction>;

/** Final rows are added for good; open rows take the place of those of the last checkpoint. */
async function stageResult(
  { table }: StreamRecord,
  { final, open }: ViewCheckpoint,
  replaced: readonly string[],
  begin: Begin,
): Promise<{ readonly write: StreamWrite | null; readonly openFiles: readonly string[] }> {
  const isReplaced = open !== null && (open.rows > 0 || replaced.length > 0);
  if (final.rows === 0 && !isReplaced) return { write: null, openFiles: replaced };
  const transaction = await begin(isReplaced ? { kind: 'rewrite', table, removes: replaced } : { kind: 'append', table });
  const fragments: Fragment[] = [];
  if (final.rows > 0) fragments.push(await transaction.append('final', 0, final.frames));
  if (!isReplaced) return { write: { transaction, fragments }, openFiles: replaced };
  const fragment = open.rows === 0 ? null : await transaction.append('open', 0, open.frames);
  if (fragment !== null) fragments.push(fragment);
  return { write: { transaction, fragments }, openFiles: fragment?.files.map((file) => file.uri) ?? [] };
}

/** Late rows have a table where exactly one scan may have them; elsewhere they are counted only. */
async function stageLate({ lateTable }: StreamRecord, { late }: ViewCheckpoint, begin: Begin): Promise<StreamWrite | null> {
  const kept = lateTable === null ? undefined : late.find(({ rows }) => rows > 0);
  if (kept === undefined || lateTable === null) return null;
  const transaction = await begin({ kind: 'append', table: lateTable });
  return { transaction, fragments: [await transaction.append('late', 0, kept.frames)] };
}

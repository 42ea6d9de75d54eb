import {
  type ConnectorPlan,
  type Fragment,
  type JsonData,
  type ParquetSplit,
  type ScanColumn,
  type TableSink,
  type WriteTransaction,
} from '../../spi/index.ts';
import { countFrameRows } from '../result/count-frame-rows.ts';
import { connectorError } from './connector-error.ts';
import type { RegisteredConnector } from './load-connectors.ts';

/** Splits of one table that are read at the same time. */
const PARALLEL_MAX = 4;

/** What a fetch reads: the columns of a planned request that anyone needs. */
export interface FetchTask {
  readonly entry: RegisteredConnector;
  readonly plan: ConnectorPlan;
  readonly columns: readonly ScanColumn[];
}

/** What a fetch works with. */
export interface FetchParts {
  readonly sink: Pick<TableSink, 'begin'>;
  /** A schema of the warehouse: below its folder the files lie. */
  readonly schema: string;
  readonly signal: AbortSignal;
  /** Called with each frame's bytes and rows; throws to end the fetch. */
  spend(bytes: number, rows: number): void;
}

/** Rows that were fetched. */
export interface FetchedRows {
  /** Columns of the files by field id of the outside table: name and field id. */
  readonly columns: ReadonlyMap<number, { readonly name: string; readonly fieldId: number }>;
  readonly splits: readonly ParquetSplit[];
  /** Removes the files. */
  remove(): Promise<void>;
}

/** Reads all splits of a plan into Parquet files of the warehouse: those of a table that never comes to be, so that every engine reads them and a crash
 *  leaves nothing that the sweep does not find.
 *  @throws what the connector throws, the signal's reason, SQL_TYPE_MISMATCH and SQL_INVALID_VALUE for rows that are not of the columns' types */
export async function fetchRows({ entry, plan, columns }: FetchTask, parts: FetchParts): Promise<FetchedRows> {
  // Names of the database may differ by case alone, which file readers do not tell apart.
  const named = columns.map(({ type, nullable }, index) => ({ name: `c${String(index + 1)}`, type, nullable }));
  const name = { schema: parts.schema, name: `outside_${entry.catalog}` };
  const spec = { name, columns: named, partitioning: [], properties: {}, comment: null };
  const transaction = await parts.sink.begin({ kind: 'create', spec, ifExists: 'keep' });
  try {
    const fragments = await readSplits(transaction, { entry, plan, columns }, parts);
    return {
      columns: new Map(columns.map(({ fieldId }, index) => [fieldId, fileColumn(transaction, index)])),
      splits: fragments.flatMap(({ files }) => files.map(splitOf)),
      remove: () => transaction.abort(),
    };
  } catch (error) {
    await transaction.abort();
    throw error;
  }
}

function fileColumn({ fields }: WriteTransaction, index: number): { readonly name: string; readonly fieldId: number } {
  return { name: fields[index]?.name ?? '', fieldId: fields[index]?.id ?? 0 };
}

function splitOf({ uri, rows, bytes }: Fragment['files'][number]): ParquetSplit {
  return { kind: 'parquet', uri, rows, bytes, matchesSchema: true, partition: {}, deletes: [] };
}

/** The first failure ends the other reads, which are waited for: nothing is written any more when the files are removed. */
async function readSplits(transaction: WriteTransaction, task: FetchTask, parts: FetchParts): Promise<readonly Fragment[]> {
  const { splits } = task.plan;
  const failed = new AbortController();
  const signal = AbortSignal.any([parts.signal, failed.signal]);
  const fragments: Fragment[] = [];
  let next = 0;
  let failure: { readonly error: unknown } | null = null;
  const work = async (): Promise<void> => {
    while (next < splits.length && failure === null) {
      const index = next;
      next += 1;
      try {
        const frames = splitFrames(task, splits[index] ?? null, { ...parts, signal });
        fragments.push(await transaction.append(`split${String(index)}`, 1, frames));
      } catch (error) {
        failure ??= { error };
        failed.abort(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(PARALLEL_MAX, splits.length) }, work));
  parts.signal.throwIfAborted();
  const ended = failure as { readonly error: unknown } | null;
  if (ended !== null) throw ended.error;
  return fragments;
}

async function* splitFrames({ entry, columns }: FetchTask, split: JsonData, parts: FetchParts): AsyncGenerator<Uint8Array> {
  const { signal } = parts;
  const frames = entry.connector.read(split, columns, signal)[Symbol.asyncIterator]();
  let ended = false;
  try {
    for (;;) {
      const next: IteratorResult<Uint8Array, unknown> = await unlessAborted(frames.next(), signal);
      // A connector that stops at an abort without an error has not read all rows.
      signal.throwIfAborted();
      ended = next.done === true;
      if (next.done === true) return;
      parts.spend(next.value.byteLength, countFrameRows(next.value));
      yield next.value;
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw connectorError(entry.catalog, error);
  } finally {
    // Nobody waits for a connector that does not look at its signal; what it says then interests nobody.
    if (!ended) void Promise.resolve(frames.return?.()).catch(() => undefined);
  }
}

/** Waits for a connector, but no longer than the statement lasts.
 *  @throws the signal's reason, what the connector throws */
export async function unlessAborted<Value>(pending: Promise<Value>, signal: AbortSignal): Promise<Value> {
  signal.throwIfAborted();
  let stop: () => void = () => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => {
      reject(signal.reason as Error);
    };
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([pending, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

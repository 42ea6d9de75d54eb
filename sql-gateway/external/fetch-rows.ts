import {
  type ConnectorPlan,
  type Fragment,
  type JsonData,
  type ParquetSplit,
  PlatformError,
  type ScanColumn,
  type TableSink,
  type WriteTransaction,
} from '../../spi/index.ts';
import { countFrameRows } from '../result/count-frame-rows.ts';
import { brokenContract, connectorError } from './connector-error.ts';
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
    const fragment = await transaction.append('splits', 1, readSplits({ entry, plan, columns }, parts));
    parts.signal.throwIfAborted();
    return {
      columns: new Map(columns.map(({ fieldId }, index) => [fieldId, fileColumn(transaction, index)])),
      splits: fragment.files.map(splitOf),
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

/** Reads the splits side by side as one stream of frames. The first failure ends the other reads. */
async function* readSplits(task: FetchTask, parts: FetchParts): AsyncGenerator<Uint8Array> {
  const { splits } = task.plan;
  const ended = new AbortController();
  const signal = AbortSignal.any([parts.signal, ended.signal]);
  let next = 0;
  async function* readNext(): AsyncGenerator<SplitFrame> {
    while (next < splits.length) {
      next += 1;
      let isFirst = true;
      for await (const frame of splitFrames(task, splits[next - 1] ?? null, { ...parts, signal })) {
        yield { frame, isSchema: isFirst };
        isFirst = false;
      }
    }
  }
  const reads = Array.from({ length: Math.min(PARALLEL_MAX, splits.length) }, readNext);
  let schema: Uint8Array | null = null;
  try {
    for await (const { frame, isSchema } of race(reads)) {
      if (schema !== null && isSchema) checkSchema(task, frame, schema);
      else yield frame;
      schema ??= frame;
    }
  } finally {
    ended.abort(new PlatformError('ENGINE_CANCELLED', 'Another read of the table has failed.'));
  }
}

/** A message of a split, whose first is its schema. */
interface SplitFrame {
  readonly frame: Uint8Array;
  readonly isSchema: boolean;
}

/** Yields what any of the streams has next. */
async function* race(streams: readonly AsyncGenerator<SplitFrame>[]): AsyncGenerator<SplitFrame> {
  const pull = async (stream: AsyncGenerator<SplitFrame>): Promise<Pulled> => ({ stream, next: await stream.next() });
  const pending = new Map(streams.map((stream) => [stream, pull(stream)]));
  try {
    while (pending.size > 0) {
      const { stream, next } = await Promise.race(pending.values());
      if (next.done === true) pending.delete(stream);
      else {
        pending.set(stream, pull(stream));
        yield next.value;
      }
    }
  } finally {
    // The first failure is told; the others come of it. Nobody waits for a connector that does not look at its signal.
    for (const [stream, one] of pending) {
      one.catch(() => undefined);
      void stream.return(undefined).catch(() => undefined);
    }
  }
}

interface Pulled {
  readonly stream: AsyncGenerator<SplitFrame>;
  readonly next: IteratorResult<SplitFrame, unknown>;
}

/** Batches of one split are read by the schema of another. @throws SPI_INVALID_PLUGIN */
function checkSchema({ entry }: FetchTask, schema: Uint8Array, first: Uint8Array): void {
  if (Buffer.from(schema).equals(first)) return;
  throw brokenContract(entry.catalog, 'its splits have rows of different schemas');
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

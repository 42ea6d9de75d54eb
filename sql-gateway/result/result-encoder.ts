import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { encodeRows, encodeRowsAs, type EncodedColumn, type EncodeRowsTask, type RowFormat } from '../../runtime/arrow/index.ts';
import { formatType, type ResultColumn } from '../../spi/index.ts';
import { countFrameRows } from './count-frame-rows.ts';
import type { EncodedChunk } from './encoded-chunk.ts';
import { encodeParquetWithin, type ParquetParts } from './parquet-file.ts';
import type { ResultQuota } from './result-quota.ts';
import { workerOptions } from './worker-options.ts';

/** What rows are encoded as. */
export interface RowTarget {
  readonly columns: readonly ResultColumn[];
  readonly format: RowFormat;
}

/** Turns Arrow frames into other forms: into text in worker threads (but for the smallest ones), into Parquet in the process that writes files. */
export interface ResultEncoder {
  /** Encodes the rows in order.
   *  Shape: a chunk per frame that has rows; for `json` and `columns` without commas between the chunks.
   *  Guarantees: pulls a bounded number of frames ahead; throws what the frames throw. */
  encode(frames: AsyncIterable<Uint8Array>, target: RowTarget): AsyncIterable<EncodedChunk>;
  /** Encodes the rows as one Parquet file.
   *  Guarantees: nothing comes before the file is whole.
   *  @throws what the frames throw, RESOURCE_RESULT_BYTES, RESOURCE_SPOOL */
  encodeParquet(frames: AsyncIterable<Uint8Array>): AsyncIterable<EncodedChunk>;
  close(): Promise<void>;
}

/** Units: frames under way per result, so that two cores can encode while another frame is sent. */
const FRAMES_UNDER_WAY = 2;

/** Units: milliseconds after which a worker without work is ended. */
const IDLE_TIMEOUT_MS = 60_000;

/** Starts the worker threads. Files take their room from `quota`. */
export function createResultEncoder(parts: ParquetParts & { readonly quota: ResultQuota }): ResultEncoder {
  const pool = new Piscina<EncodeRowsTask, Uint8Array>({
    ...workerOptions(new URL('./encode-worker.ts', import.meta.url)),
    minThreads: 1,
    maxThreads: Math.max(2, availableParallelism()),
    idleTimeout: IDLE_TIMEOUT_MS,
  });
  return {
    encode: (frames, target) => encodeFrames(pool, frames, target),
    encodeParquet: (frames) => encodeParquetWithin(parts.quota, parts, frames),
    close: () => pool.destroy(),
  };
}

/** Returns what stands before the rows of a CSV document. */
export function csvHeader(columns: readonly ResultColumn[]): EncodedChunk {
  return { bytes: encodeRowsAs('csv', new Uint8Array(), columns.map(encodedColumn)).begin(), rows: 0 };
}

async function* encodeFrames(
  pool: Piscina<EncodeRowsTask, Uint8Array>,
  frames: AsyncIterable<Uint8Array>,
  { columns, format }: RowTarget,
): AsyncGenerator<EncodedChunk> {
  const target = { format, columns: columns.map(encodedColumn), first: true };
  const underWay: Promise<EncodedChunk>[] = [];
  let schema: Uint8Array | null = null;
  try {
    for await (const frame of frames) {
      if (schema === null) {
        schema = frame.slice();
        continue;
      }
      const rows = countFrameRows(frame);
      if (rows === 0) continue;
      const chunk = encodeFrame(pool, { ...target, schema, frame }).then((bytes) => ({ bytes, rows }));
      // Whoever takes the chunk sees its failure; until then it must not count as unhandled.
      chunk.catch(() => undefined);
      underWay.push(chunk);
      if (underWay.length >= FRAMES_UNDER_WAY) yield await (underWay.shift() as Promise<EncodedChunk>);
    }
    while (underWay.length > 0) yield await (underWay.shift() as Promise<EncodedChunk>);
  } finally {
    await Promise.allSettled(underWay);
  }
}

/** Units: bytes of a frame that is encoded at once: handing over so few rows holds the event loop longer than encoding them. */
const INLINE_FRAME_BYTES_MAX = 2048;

/** What small frames were encoded to, where it is no larger than the frame: a stored result sends the same frames again and again. A frame's rows
 *  never change, nor do the columns that it is of. */
const encodedFrames = new WeakMap<Uint8Array, Partial<Record<RowFormat, Uint8Array>>>();

function encodeSmallFrame(task: EncodeRowsTask): Uint8Array {
  const known = encodedFrames.get(task.frame);
  const before = known?.[task.format];
  if (before !== undefined) return before;
  const bytes = encodeRows(task);
  if (bytes.byteLength <= task.frame.byteLength) encodedFrames.set(task.frame, { ...known, [task.format]: bytes });
  return bytes;
}

/** Moves the frame to a worker without a copy when it owns its memory, which pieces of sockets' buffers do not. */
async function encodeFrame(pool: Piscina<EncodeRowsTask, Uint8Array>, task: EncodeRowsTask): Promise<Uint8Array> {
  if (task.frame.byteLength <= INLINE_FRAME_BYTES_MAX) return encodeSmallFrame(task);
  const frame = task.frame.byteLength === task.frame.buffer.byteLength ? task.frame : task.frame.slice();
  return pool.run({ ...task, frame }, { transferList: [frame.buffer as ArrayBuffer] });
}

function encodedColumn({ name, type }: ResultColumn): EncodedColumn {
  return { name, type: formatType(type) };
}

import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import type { ResultColumn } from '../../spi/index.ts';
import { workerOptions } from './worker-options.ts';
import type { EncodeTask, EncodedChunk, TextFormat } from './encode-task.ts';

/** Options of CSV: `header`, `delimiter`, `quote`, `escape`, `nullText`. */
export type EncodeOptions = Readonly<Record<string, string | boolean>>;

/** Turns Arrow frames into text in worker threads. */
export interface ResultEncoder {
  /** Encodes the rows in order.
   *  Shape: for `json` each chunk is `[..],[..]` without brackets around the rows; `csv` begins with the header unless `header` is false.
   *  Guarantees: pulls a bounded number of frames ahead; throws what the frames throw. */
  encode(
    frames: AsyncIterable<Uint8Array>,
    columns: readonly ResultColumn[],
    format: TextFormat,
    options?: EncodeOptions,
  ): AsyncIterable<EncodedChunk>;
  close(): Promise<void>;
}

/** Units: frames under way per result, so that two cores can encode while a third frame is sent. */
const FRAMES_UNDER_WAY = 2;

/** Starts the worker threads. */
export function createResultEncoder(): ResultEncoder {
  const pool = new Piscina<EncodeTask, EncodedChunk>({
    ...workerOptions(new URL('./encode-worker.ts', import.meta.url)),
    minThreads: 1,
    maxThreads: Math.max(2, availableParallelism()),
    idleTimeout: 60_000,
    maxQueue: Infinity,
  });
  return {
    encode: (frames, columns, format, options = {}) => encodeFrames(pool, frames, { columns, format, options }),
    close: () => pool.destroy(),
  };
}

async function* encodeFrames(
  pool: Piscina<EncodeTask, EncodedChunk>,
  frames: AsyncIterable<Uint8Array>,
  target: Pick<EncodeTask, 'columns' | 'format' | 'options'>,
): AsyncGenerator<EncodedChunk> {
  const underWay: Promise<EncodedChunk>[] = [];
  let schemaFrame: Uint8Array | null = null;
  let first = true;
  try {
    for await (const frame of frames) {
      if (schemaFrame === null) {
        schemaFrame = frame.slice();
        continue;
      }
      underWay.push(encodeFrame(pool, { ...target, schemaFrame, frame, first }));
      first = false;
      if (underWay.length >= FRAMES_UNDER_WAY) yield await (underWay.shift() as Promise<EncodedChunk>);
    }
    if (first && schemaFrame !== null) underWay.push(encodeFrame(pool, { ...target, schemaFrame, frame: null, first }));
    while (underWay.length > 0) yield await (underWay.shift() as Promise<EncodedChunk>);
  } finally {
    await Promise.allSettled(underWay);
  }
}

/** Moves the frame to a worker without a copy when it owns its memory, which the sockets' shared buffers do not. */
async function encodeFrame(pool: Piscina<EncodeTask, EncodedChunk>, task: EncodeTask): Promise<EncodedChunk> {
  if (task.frame === null) return pool.run(task);
  const frame = task.frame.byteLength === task.frame.buffer.byteLength ? task.frame : task.frame.slice();
  return pool.run({ ...task, frame }, { transferList: [frame.buffer as ArrayBuffer] });
}

import type { ResultStream, RunOptions } from '../../spi/index.ts';
import { readRows, type RowValue } from '../../runtime/arrow/index.ts';

/** Returns the circumstances of an execution without limits. */
export function runOptions(more: Partial<RunOptions> = {}): RunOptions {
  return { queryId: 'q1', parameters: [], signal: new AbortController().signal, deadlineAtMs: null, ...more };
}

/** Returns all frames of a result. */
export async function collectFrames(stream: ResultStream): Promise<readonly Uint8Array[]> {
  const frames: Uint8Array[] = [];
  for await (const frame of stream.frames) frames.push(frame);
  return frames;
}

/** Returns the rows of a result as lists of values; names must not repeat. */
export async function collectRows(stream: ResultStream): Promise<readonly (readonly RowValue[])[]> {
  return readRows(await collectFrames(stream)).map((row) => Object.values(row));
}

import type { Batch } from '../changelog/batch.ts';
import type { StateReader } from '../state/state-reader.ts';
import type { StateWriter } from '../state/state-writer.ts';

/** Takes a changelog: batches, and the end of each micro-batch. */
export interface Changelog {
  push(batch: Batch): void;
  /** All changes of the micro-batch were pushed: an operator puts out now what it held back, then tells its own output. */
  flush(): void;
}

/** State that outlives a process. Both are called between micro-batches only. */
export interface Stateful {
  snapshot(writer: StateWriter): void;
  restore(reader: StateReader): void;
}

/** State that belongs to windows of time. */
export interface Windowed {
  /** Drops the state of windows that end at or before an instant; called between micro-batches only. Units: microseconds since 1970. */
  closeWindows(watermarkUs: bigint): void;
}

/** Rows of one output batch of an operator that makes them from its state. */
export const OUTPUT_ROWS = 1 << 16;

/** Returns the weight of a row. */
export function weightOf(weights: Int8Array | null, row: number): number {
  return weights === null ? 1 : (weights[row] as number);
}

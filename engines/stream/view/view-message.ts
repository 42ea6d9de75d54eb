import type { ViewQuery } from './view-dataflow.ts';

/** Begins a view in a process of its own. */
export interface ViewMessage extends ViewQuery {
  /** Equal for queries whose states fit each other. */
  readonly fingerprint: string;
  readonly stateFile: string | null;
}

/** Rows of a scan. Their frames are uploaded with it. */
export interface PushMessage {
  readonly scan: number;
  readonly change: 1 | -1;
}

/** Ends a micro-batch. */
export interface CheckpointMessage {
  readonly stateFile: string;
}

/** The answer to a checkpoint; its rows are asked for one part after the other. */
export interface CheckpointAnswer {
  readonly finalRows: number;
  /** Null when they are those of the last checkpoint. */
  readonly openRows: number | null;
  /** By scan. */
  readonly lateRows: readonly number[];
  /** By scan. */
  readonly watermarksUs: readonly (string | null)[];
  readonly stateBytes: number;
}

/** Asks for rows of the last checkpoint: a part of the result, or the late rows of the scan at a position. */
export interface RowsMessage {
  readonly part: 'final' | 'open' | number;
}

/** Methods that a view's process serves. */
export const VIEW_METHODS = {
  /** ViewMessage; answers when the state is there. */
  start: 'start',
  /** PushMessage with uploaded frames. */
  push: 'push',
  /** CheckpointMessage; answers with CheckpointAnswer. */
  checkpoint: 'checkpoint',
  /** RowsMessage; answers with frames. */
  rows: 'rows',
} as const;

import type { ViewQuery } from './view-dataflow.ts';

/** Begins a view in a process of its own. */
export interface ViewMessage extends ViewQuery {
  /** Equal for queries whose states fit each other. */
  readonly fingerprint: string;
  readonly stateFile: string | null;
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

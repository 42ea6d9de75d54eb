import type { BoundQuery } from './bound-query.ts';
import type { Engine, Refusal } from './engine.ts';

/** How late rows of a scan may be. */
export interface ScanWatermark {
  /** The plan column of the scan that holds the instant of the event. */
  readonly columnId: number;
  /** The watermark is the greatest instant seen less this. Units: microseconds. */
  readonly delayUs: number;
}

/** A query to be kept fresh. */
export interface ViewStart {
  /** Names the view in logs. */
  readonly name: string;
  /** The query. Its snapshots are not read: rows come by `push`. Parameters are none. */
  readonly query: BoundQuery;
  /** By scan, in the order of the plan. */
  readonly watermarks: readonly (ScanWatermark | null)[];
  /** File that `checkpoint` wrote for the same query; null to begin anew. */
  readonly stateFile: string | null;
}

/** Rows of a checkpoint. */
export interface ViewRows {
  readonly rows: number;
  /** Shape: Arrow IPC messages, schema first. To be iterated once, before the next call of the run. */
  readonly frames: AsyncIterable<Uint8Array>;
}

/** What changed in a view since its last checkpoint. The result is all final rows ever given, and the newest open rows. */
export interface ViewCheckpoint {
  /** Rows that no later change can touch: their windows are closed. Columns as the query's output. */
  readonly final: ViewRows;
  /** All rows that may still change; null when they are those of the last checkpoint. */
  readonly open: ViewRows | null;
  /** By scan: rows behind the watermark that are not part of the result. Shape: the scan's columns, then `change` (integer: 1 for a row added, -1 for one taken away). */
  readonly late: readonly ViewRows[];
  /** By scan. Units: microseconds since 1970 UTC as decimal text; null where there is none. */
  readonly watermarksUs: readonly (string | null)[];
  /** Units: bytes of the state file. */
  readonly stateBytes: number;
}

/** A view at work. One call at a time. */
export interface ViewRun {
  /** Takes rows of one scan: added (1) or taken away (-1). Columns and order are those of the scan node.
   *  @throws SQL_*, ENGINE_LOST; the run is over then */
  push(scan: number, change: 1 | -1, frames: AsyncIterable<Uint8Array>): Promise<void>;
  /** Ends a micro-batch: writes the state to a new file, synced with its directory, and tells what changed. */
  checkpoint(stateFile: string): Promise<ViewCheckpoint>;
  close(): Promise<void>;
}

/** An engine that keeps queries fresh from changes. Declares the statement kind `view`. */
export interface ViewEngine extends Engine {
  /** Says why the engine could not keep the query fresh, or null when it can. */
  checkView(query: BoundQuery, watermarks: ViewStart['watermarks']): Promise<Refusal | null>;
  /** @throws ENGINE_UNSUPPORTED, ENGINE_UNAVAILABLE, STORAGE_CORRUPT for a state file that is none of the query's */
  startView(start: ViewStart): Promise<ViewRun>;
}

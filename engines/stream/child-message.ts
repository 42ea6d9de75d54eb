import type { LogicalPlan, ScanColumn, SessionSettings } from '../../spi/index.ts';

/** One execution. The frames of its scans are uploaded with it. */
export interface QueryMessage {
  /** Without parameters. */
  readonly plan: LogicalPlan;
  readonly session: SessionSettings;
  /** Columns of each scan's frames, in the order of `walkPlan`. */
  readonly scans: readonly (readonly ScanColumn[])[];
}

/** Methods that a child serves. */
export const CHILD_METHODS = {
  /** QueryMessage with uploaded frames; answers with frames. */
  query: 'query',
} as const;

/** What stands in the upload before the frames of a split: the position of its scan as one byte pair. No Arrow frame is that short. */
export const SPLIT_MARK_BYTES = 2;

/** Returns the mark of a split. */
export function splitMark(scan: number): Uint8Array {
  return Uint8Array.of(scan & 0xff, scan >> 8);
}

/** Returns the scan that a mark names, or null for a frame. */
export function readSplitMark(frame: Uint8Array): number | null {
  return frame.byteLength === SPLIT_MARK_BYTES ? (frame[0] ?? 0) | ((frame[1] ?? 0) << 8) : null;
}

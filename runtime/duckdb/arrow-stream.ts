/** A result as encapsulated Arrow IPC messages.
 *  Guarantees: memory is bounded however slow the reader is (one frame is made ahead); `next()` gives null only at the verified end of the
 *  result: an error or an interrupt in the middle makes it throw. */
export interface ArrowStream {
  /** Returns the schema message. */
  schema(): Uint8Array;
  /** Returns the next record batch message, or null after the last. */
  next(): Promise<Uint8Array | null>;
  /** Gives a frame's memory back for reuse; the caller must not touch the frame any more. Optional. */
  recycle(frame: Uint8Array): void;
  /** Stops the statement when it still runs and frees its memory. */
  close(): Promise<void>;
}

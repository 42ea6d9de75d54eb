/** A write that was begun: who stages it, and where. */
export interface BegunWrite {
  readonly engine: string;
  /** Text by which `TableSink.reopen` finds the transaction. */
  readonly token: string;
}

/** Lets a statement outlive the process that runs it. The statement's idempotency key tells a later process whether it was committed. */
export interface DurableRun {
  /** Directory in which the engine may keep finished work. */
  readonly workDirectory: string;
  /** The write that an earlier process began and whose finished work is there; null when there is nothing to go on from. */
  readonly begun: BegunWrite | null;
  /** Empties the work directory and records the write, durable when this returns; to be called before the engine works. */
  begin(write: BegunWrite): Promise<void>;
  /** True when the statement is stopped only to go on after a restart, so that what it staged must stay. */
  readonly suspended: boolean;
}

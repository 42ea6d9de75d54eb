import type { ErrorCode } from '../../spi/index.ts';
import { assert } from '../../spi/index.ts';
import type { Channel } from './channel.ts';

/** How a child process is started. */
export interface ChildOptions {
  /** Module that calls `runChild`: `.ts` in development (run by tsx), `.js` when built. */
  readonly entry: URL;
  /** Shown in errors and in the process list. */
  readonly name: string;
  readonly args?: readonly string[];
  /** Units: bytes of heap and anonymous memory (RLIMIT_DATA); Linux with prlimit only, ignored elsewhere. */
  readonly memoryBytesMax?: number | undefined;
  /** The child's environment is empty but for these, PATH, HOME, TMPDIR and UV_THREADPOOL_SIZE. */
  readonly env?: Readonly<Record<string, string>>;
  /** Size of libuv's thread pool in the child. */
  readonly threadPoolSize?: number | undefined;
  /** Units: milliseconds until the child must have said that it is ready. Default 30 s. */
  readonly readyTimeoutMs?: number | undefined;
  /** Code of errors that arise because the child is gone. */
  readonly lostCode: ErrorCode;
  /** Takes each line that the child writes to its standard output or error. */
  onLog(line: string): void;
}

/** A running child process. */
export interface ChildHandle {
  readonly pid: number;
  readonly channel: Channel;
  /** Resolves when the process has ended and its channel is closed. */
  readonly exited: Promise<{ code: number | null; signal: string | null }>;
  /** Ends the child and all it started at once (SIGKILL to the group). */
  kill(): void;
  /** Closes the channel, so that the child ends by itself, and kills it after the grace time. */
  stop(graceMs: number): Promise<void>;
}

/** Starts a child process; resolves when the child said that it is ready.
 *  @throws the lost code when the child ends or stays silent before. */
export function spawnChild(options: ChildOptions): Promise<ChildHandle> {
  return assert(false, `${options.name}: children are not there yet`) as never;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Duplex, Readable } from 'node:stream';
import { assert, type ErrorCode, PlatformError } from '../../spi/index.ts';
import type { Channel } from './channel.ts';
import { childCommand } from './child-command.ts';
import { READY_METHOD } from './child-main.ts';
import { createChannel } from './create-channel.ts';

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

const READY_TIMEOUT_MS = 30_000;

/** Starts a child process; resolves when the child said that it is ready.
 *  @throws the error of the child's setup; the lost code when the child ends or stays silent before. */
export async function spawnChild(options: ChildOptions): Promise<ChildHandle> {
  const command = childCommand({
    entry: options.entry,
    name: options.name,
    args: options.args ?? [],
    memoryBytesMax: options.memoryBytesMax,
  });
  const child = spawn(command.file, command.args, {
    // A group of its own, so that a kill reaches all that the child started, and a terminal's Ctrl-C only the parent.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: childEnvironment(options),
  });
  const handle = childHandle(child, options);
  try {
    await untilReady(handle, options);
  } catch (error) {
    handle.kill();
    throw error;
  }
  return handle;
}

function childHandle(child: ChildProcess, options: ChildOptions): ChildHandle {
  const channel = createChannel(child.stdio[3] as Duplex, { lostCode: options.lostCode });
  forwardLines(child.stdout, options);
  forwardLines(child.stderr, options);
  let running = true;
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('error', (error) => {
      running = false;
      options.onLog(`${options.name} cannot be started: ${error.message}`);
      channel.close();
      resolve({ code: null, signal: null });
    });
    child.once('exit', (code, signal) => {
      killGroup(child.pid);
      running = false;
      resolve({ code, signal });
    });
  });
  const kill = (): void => {
    if (running) killGroup(child.pid);
  };
  return {
    pid: child.pid ?? -1,
    channel,
    // The channel closes after the last bytes that the child sent were read, so nobody loses an answer to a child that has just ended.
    exited: ended.then(async (outcome) => {
      await channel.closed;
      return outcome;
    }),
    kill,
    async stop(graceMs) {
      channel.close();
      const timer = setTimeout(kill, graceMs);
      await ended;
      clearTimeout(timer);
    },
  };
}

async function untilReady(handle: ChildHandle, options: ChildOptions): Promise<void> {
  const timeoutMs = options.readyTimeoutMs ?? READY_TIMEOUT_MS;
  const tooLate = new AbortController();
  const timer = setTimeout(() => {
    tooLate.abort(new PlatformError(options.lostCode, `The process ${options.name} was not ready within ${timeoutMs} ms.`));
  }, timeoutMs);
  try {
    await handle.channel.call(READY_METHOD, null, { signal: tooLate.signal });
  } finally {
    clearTimeout(timer);
  }
}

function childEnvironment(options: ChildOptions): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of ['PATH', 'HOME', 'TMPDIR']) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  if (options.threadPoolSize !== undefined) environment['UV_THREADPOOL_SIZE'] = String(options.threadPoolSize);
  return { ...environment, ...options.env };
}

function forwardLines(stream: Readable | null, options: ChildOptions): void {
  assert(stream !== null, 'the child has piped output');
  createInterface({ input: stream }).on('line', (line) => {
    options.onLog(line);
  });
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The whole group has already ended.
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { assert, type ErrorCode, PlatformError } from '../../spi/index.ts';
import type { Channel } from './channel.ts';
import { childCommand } from './child-command.ts';
import { createChannel } from './create-channel.ts';
import { forwardLines } from './forward-lines.ts';
import { lowerPriority } from './lower-priority.ts';
import type { PeerLimits } from './peer-budget.ts';
import { untilReady } from './serve-ready.ts';

/** How a child process is started. */
export interface ChildOptions {
  /** Module that calls `runChild`: `.ts` in development (run by tsx), `.js` when built. */
  readonly entry: URL;
  /** Shown in errors and in the process list. */
  readonly name: string;
  readonly args?: readonly string[];
  /** Units: bytes of heap and anonymous memory (RLIMIT_DATA); Linux with prlimit only, ignored elsewhere. */
  readonly memoryBytesMax?: number | undefined;
  /** Sets the soft limit of the memory only, so that what the child starts may have limits of its own. */
  readonly memorySoft?: boolean | undefined;
  /** Gives the child a network that leads nowhere, where `networkIsolation` finds a way. */
  readonly isolatesNetwork?: boolean | undefined;
  /** True when the child is to load modules written in TypeScript. */
  readonly loadsTypeScript?: boolean | undefined;
  /** What a child that is not trusted may send. */
  readonly peerLimits?: PeerLimits | undefined;
  /** The child's environment is empty but for these, PATH, HOME, TMPDIR and UV_THREADPOOL_SIZE. */
  readonly env?: Readonly<Record<string, string>>;
  /** Lets all others have the processor first, from the child's first moment on: starting it takes half a second of a core. */
  readonly lowPriority?: boolean | undefined;
  /** Size of libuv's thread pool in the child. */
  readonly threadPoolSize?: number | undefined;
  /** Units: milliseconds until the child must have said that it is ready. Default 30 s. */
  readonly readyTimeoutMs?: number | undefined;
  /** Code of errors that arise because the child is gone. */
  readonly lostCode: ErrorCode;
  /** Takes the lines that the child writes to its standard output or error; of a flood the first of each second, and how many were left out. */
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
    memorySoft: options.memorySoft,
    isolatesNetwork: options.isolatesNetwork,
    loadsTypeScript: options.loadsTypeScript,
  });
  const child = spawn(command.file, command.args, {
    // A group of its own, so that a kill reaches all that the child started, and a terminal's Ctrl-C only the parent.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: childEnvironment(options),
  });
  const handle = childHandle(child, options);
  if (options.lowPriority === true && child.pid !== undefined) lowerPriority(child.pid);
  try {
    const timeoutMs = options.readyTimeoutMs ?? READY_TIMEOUT_MS;
    const late = (): PlatformError =>
      new PlatformError(options.lostCode, `The process ${options.name} was not ready within ${timeoutMs} ms.`);
    await untilReady(handle.channel, late, timeoutMs);
  } catch (error) {
    handle.kill();
    throw error;
  }
  return handle;
}

function childHandle(child: ChildProcess, options: ChildOptions): ChildHandle {
  const channel = createChannel(child.stdio[3] as Duplex, { lostCode: options.lostCode, peerLimits: options.peerLimits });
  for (const output of [child.stdout, child.stderr]) {
    assert(output !== null, 'the child has piped output');
    forwardLines(output, (line) => {
      options.onLog(line);
    });
  }
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

/** Returns the environment of a child: what was set for it, and what programs cannot do without. */
export function childEnvironment(options: Pick<ChildOptions, 'env' | 'threadPoolSize'>): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of ['PATH', 'HOME', 'TMPDIR']) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  if (options.threadPoolSize !== undefined) environment['UV_THREADPOOL_SIZE'] = String(options.threadPoolSize);
  return { ...environment, ...options.env };
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // The whole group has already ended.
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PlatformError } from '../../spi/index.ts';
import { compileSources } from './compile-sources.ts';
import { processesBelow, residentBytesOf } from './process-tree.ts';

/** A `trivium serve` in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  readonly port: number;
  readonly token: string;
  readonly pid: number;
  readonly dataDirectory: string;
  /** Calls with a valid token. */
  call(path: string, init?: RequestInit): Promise<Response>;
  /** Runs a statement; answers come in JSON unless `accept` says otherwise. */
  sql(text: string, options?: { readonly accept?: string; readonly body?: object; readonly signal?: AbortSignal }): Promise<Response>;
  /** Processes below the server whose command line holds the text; all of them for none. */
  children(name?: string): readonly number[];
  /** Units: bytes of resident memory of the server and all processes below it. */
  residentBytes(): number;
  stop(): Promise<void>;
  /** How it ended; null while it runs and when it had to be killed. */
  exitCode(): number | null;
}

/** How a server is started. */
export interface ServerProcessOptions {
  readonly dataDirectory: string;
  /** `key=value` of the configuration. */
  readonly settings?: readonly string[];
  /** Folder of the program: one that holds `dist/` is run from there, another one from its TypeScript. This checkout's sources, compiled, when left out. */
  readonly source?: string;
  /** Path of the configuration file. */
  readonly config?: string;
}

const START_TIMEOUT_MS = 60_000;

/** Starts a server on a free port and waits until it listens. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const source = options.source ?? compileSources();
  const settings = (options.settings ?? []).flatMap((setting) => ['--set', setting]);
  const built = existsSync(join(source, 'dist'));
  const program = built ? [join(source, 'dist/cli/main.js')] : ['--import', 'tsx', join(source, 'cli/main.ts')];
  const config = options.config === undefined ? [] : ['--config', options.config];
  const words = [...program, 'serve', '--port', '0', '--data', options.dataDirectory, ...config, ...settings];
  const child = spawn(process.execPath, words, { cwd: source, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NO_COLOR: '1' } });
  const url = await readUrl(child);
  const token = readFileSync(join(options.dataDirectory, 'token'), 'utf8').trim();
  const pid = child.pid ?? 0;
  const call = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(url + path, { ...init, headers: { authorization: `Bearer ${token}`, ...(init.headers as Record<string, string>) } });
  return {
    url,
    port: Number(new URL(url).port),
    token,
    pid,
    dataDirectory: options.dataDirectory,
    call,
    sql: (text, { accept = 'application/json', body = {}, signal } = {}) =>
      call('/v1/sql', {
        method: 'POST',
        headers: { accept, 'content-type': 'application/json' },
        body: JSON.stringify({ sql: text, ...body }),
        ...(signal === undefined ? {} : { signal }),
      }),
    children: (name = '') => processesBelow(pid, name),
    residentBytes: () => [pid, ...processesBelow(pid)].reduce((sum, each) => sum + residentBytesOf(each), 0),
    exitCode: () => child.exitCode,
    stop: async () => {
      const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

const STOP_TIMEOUT_MS = 10_000;

async function readUrl(child: ChildProcess): Promise<string> {
  let output = '';
  return new Promise((resolve, reject) => {
    const fail = (): void => {
      child.kill('SIGKILL');
      reject(new PlatformError('INTERNAL_UNAVAILABLE', `the server did not start:\n${output}`));
    };
    const timer = setTimeout(fail, START_TIMEOUT_MS);
    child.once('exit', fail);
    const onData = (chunk: Buffer): void => {
      output += chunk.toString();
      const url = /listens at (https?:\S+)/.exec(output)?.[1];
      if (url === undefined) return;
      clearTimeout(timer);
      child.off('exit', fail);
      for (const stream of [child.stdout, child.stderr]) stream?.off('data', onData).resume();
      resolve(url);
    };
    child.stdout?.on('data', onData);
    child.stderr?.on('data', onData);
  });
}

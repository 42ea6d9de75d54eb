import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlatformError } from '../../../spi/index.ts';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';

/** An answer of a server. */
export interface Answer {
  readonly rows: readonly (readonly unknown[])[];
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly engine: string | null;
}

/** Neither stored results nor views answer: every engine computes by itself. */
const SESSION = { resultCache: 'off', freshViews: 'off' };

/** Units: milliseconds; a machine that has much else to do is not a fault. */
const WAIT_MS = 240_000;

/** A server with the three engines, which may be killed and started again over the same data. */
export class Platform {
  readonly #program: string;
  readonly #directory: string;
  readonly #config: string;
  #server: ServerProcess;

  private constructor(program: string, directory: string, config: string, server: ServerProcess) {
    this.#program = program;
    this.#directory = directory;
    this.#config = config;
    this.#server = server;
  }

  /** Starts a server of the built program over a new directory. Batch statements are cut into tasks even when they are small. */
  static async start(program: string, directory: string): Promise<Platform> {
    const config = `${directory}.yaml`;
    const batch = '{ executors: 2, wholeBytesMax: 0, taskBytesTarget: 20000, broadcastBytesMax: 0 }';
    writeFileSync(config, `engines:\n  - module: olap\n  - module: stream\n  - module: batch\n    config: ${batch}\n`);
    return new Platform(program, directory, config, await startOver(program, directory, config));
  }

  /** Processes of the server whose title holds the text. */
  processes(title: string): readonly number[] {
    return this.#server.children(title);
  }

  /** Kills the server, alone or with all its processes, and starts another one over the same data. */
  async restart(withChildren: boolean): Promise<void> {
    const victims = [...(withChildren ? this.#server.children() : []), this.#server.pid];
    for (const pid of victims) killNow(pid);
    this.#server = await startOver(this.#program, this.#directory, this.#config);
  }

  stop(): Promise<void> {
    return this.#server.stop();
  }

  /** Runs a statement.
   *  @throws INTERNAL_INVARIANT with the server's answer when it is an error, INTERNAL_UNAVAILABLE when there is none */
  async ask(sql: string, key: string | null = null): Promise<Answer> {
    const body = await this.send('/v1/sql', { sql, session: SESSION }, key);
    return { rows: body['data'] as Answer['rows'], columns: body['columns'] as Answer['columns'], engine: body['engine'] as string | null };
  }

  /** Sends a request with a JSON body; without one it is a GET. */
  async send(path: string, body: object | null, key: string | null = null): Promise<Readonly<Record<string, unknown>>> {
    const headers = { 'content-type': 'application/json', ...(key === null ? {} : { 'idempotency-key': key }) };
    const sent = body === null ? {} : { method: 'POST', headers, body: JSON.stringify(body) };
    const response = await this.#server.call(path, sent).catch((error: unknown) => {
      throw new PlatformError('INTERNAL_UNAVAILABLE', `no answer: ${String(error)}`);
    });
    const text = await response.text().catch((error: unknown) => {
      throw new PlatformError('INTERNAL_UNAVAILABLE', `half an answer: ${String(error)}`);
    });
    const answer = JSON.parse(text) as Readonly<Record<string, unknown>>;
    if (response.ok) return answer;
    throw new PlatformError('INTERNAL_INVARIANT', `${path} ${JSON.stringify(body).slice(0, 300)}: ${text.slice(0, 500)}`, {
      details: { code: String(answer['code']) },
    });
  }

  /** Waits until every materialized view holds the newest snapshots of its tables; returns what is wrong when they do not come so far, null when nothing is. */
  async untilFresh(): Promise<string | null> {
    const until = Date.now() + WAIT_MS;
    for (;;) {
      const { rows } = await this.ask('SELECT name, state, lag, error FROM system.streams');
      const behind = rows.filter(([, state, lag]) => state !== 'running' || lag !== 0);
      if (behind.length === 0) return null;
      if (Date.now() > until || behind.some(([, state]) => state === 'failed')) return JSON.stringify(behind);
      await sleep(100);
    }
  }

  /** Waits for the end of a job and returns its state, with its error when it has one. */
  async untilEnded(jobId: string): Promise<string> {
    const until = Date.now() + WAIT_MS;
    for (;;) {
      const job = await this.send(`/v1/jobs/${jobId}`, null);
      const state = String(job['state']);
      if (state === 'finished') return state;
      if (['failed', 'cancelled'].includes(state) || Date.now() > until) return `${state} ${JSON.stringify(job['error'])}`;
      await sleep(50);
    }
  }
}

function startOver(source: string, dataDirectory: string, config: string): Promise<ServerProcess> {
  return startServerProcess({ source, dataDirectory, config, settings: ['streams.checkpointIntervalMs=200'] });
}

/** Kills a process at once; one that is gone already is no matter. */
export function killNow(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    // It ended by itself in between.
    return false;
  }
}

/** Returns rows as one text per row, in one order for equal multisets. Numbers of floating point count with 12 digits, for engines add in other orders. */
export function multisetOf({ rows, columns }: Answer): readonly string[] {
  const text = (value: unknown, index: number): unknown =>
    typeof value === 'number' && ['double', 'real'].includes(columns[index]?.type ?? '') ? Number(value.toPrecision(12)) : value;
  return rows.map((row) => JSON.stringify(row.map(text))).sort();
}

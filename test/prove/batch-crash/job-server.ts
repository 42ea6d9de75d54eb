import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PlatformError } from '../../../spi/index.ts';
import type { JobInfo } from '../../../sql-gateway/index.ts';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';

/** How a server of jobs is started. */
export interface JobServerPlan {
  /** Folder of the data, and of the configuration beside it. */
  readonly directory: string;
  /** Units: bytes of input of a task. */
  readonly taskBytesTarget?: number;
  /** Folder of the program; this checkout's when left out. */
  readonly source?: string;
}

/** What is small here is cut as what is large elsewhere. Units: bytes. */
const TASK_BYTES = 250_000;

const POLL_MS = 50;

/** A server with the batch engine, started again whenever it was killed. */
export class JobServer {
  readonly dataDirectory: string;
  #plan: JobServerPlan;
  #server: ServerProcess | null = null;
  /** Processes of the server and below it that were ever seen. */
  readonly #seen = new Set<number>();

  constructor(plan: JobServerPlan) {
    this.#plan = plan;
    this.dataDirectory = join(plan.directory, 'data');
  }

  get server(): ServerProcess {
    if (this.#server === null) throw new PlatformError('INTERNAL_INVARIANT', 'the server does not run');
    return this.#server;
  }

  async start(change: Partial<JobServerPlan> = {}): Promise<void> {
    this.#plan = { ...this.#plan, ...change };
    const config = join(this.#plan.directory, 'trivium.yaml');
    const bytes = String(this.#plan.taskBytesTarget ?? TASK_BYTES);
    const cut = `taskBytesTarget: ${bytes}, broadcastBytesMax: 100000, wholeBytesMax: 100000`;
    writeFileSync(config, `engines: [{ module: olap }, { module: batch, config: { ${cut} } }]\n`);
    const source = this.#plan.source === undefined ? {} : { source: this.#plan.source };
    this.#server = await startServerProcess({ dataDirectory: this.dataDirectory, config, ...source });
  }

  async stop(): Promise<void> {
    this.see();
    await this.#server?.stop();
    this.#server = null;
  }

  /** Pids of executors that run now. */
  executors(): readonly number[] {
    this.see();
    return this.server.children('trivium-batch-executor');
  }

  see(): void {
    if (this.#server === null) return;
    for (const pid of [this.#server.pid, ...this.#server.children()]) this.#seen.add(pid);
  }

  /** Processes that ran and still do, some time after the server has ended. */
  async survivors(): Promise<number> {
    for (let turn = 0; turn < 100 && this.#running().length > 0; turn += 1) await sleep(100);
    return this.#running().length;
  }

  #running(): readonly number[] {
    return [...this.#seen].filter((pid) => {
      try {
        return process.kill(pid, 0);
      } catch {
        // It has ended.
        return false;
      }
    });
  }

  /** Runs a statement and returns its rows. */
  async ask(sql: string): Promise<readonly (readonly unknown[])[]> {
    const response = await this.server.sql(sql);
    const text = await response.text();
    if (!response.ok) throw new PlatformError('ENGINE_FAILED', `${sql.slice(0, 200)}: ${text}`);
    return (JSON.parse(text) as { readonly data: readonly (readonly unknown[])[] }).data;
  }

  /** Submits a job and returns its id. */
  async submit(job: object): Promise<string> {
    const headers = { 'content-type': 'application/json' };
    const response = await this.server.call('/v1/jobs', { method: 'POST', headers, body: JSON.stringify(job) });
    const text = await response.text();
    if (!response.ok) throw new PlatformError('ENGINE_FAILED', `the job was not taken: ${text}`);
    return (JSON.parse(text) as JobInfo).jobId;
  }

  async look(jobId: string): Promise<JobInfo> {
    return (await (await this.server.call(`/v1/jobs/${jobId}`)).json()) as JobInfo;
  }

  /** Waits until a job is as wanted, at most for a time; returns how it is then. */
  async until(jobId: string, isWanted: (job: JobInfo) => boolean, timeoutMs = 300_000): Promise<JobInfo> {
    const deadlineMs = performance.now() + timeoutMs;
    for (;;) {
      const job = await this.look(jobId);
      if (isWanted(job) || performance.now() > deadlineMs) return job;
      await sleep(POLL_MS);
    }
  }
}

/** Whether a job is at its end. */
export function hasEnded({ state }: JobInfo): boolean {
  return state === 'finished' || state === 'failed' || state === 'cancelled';
}

import { mkdtempSync, readdirSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assert } from '../../spi/index.ts';
import type { JobInfo } from '../../sql-gateway/index.ts';
import { type ServerProcess, startServerProcess } from '../../test/support/server-process.ts';
import { type BenchClient, openBenchClient } from '../gateway/http-client.ts';
import { type JobSize, MEMORY_BYTES, tableStatements, THREADS } from './join-job.ts';

/** Part of the budget that the executors share; the rest is for the server and its other processes. */
const EXECUTORS_SHARE = 0.7;

/** Tasks that read the larger table. */
const TASKS = 16;

/** A server with the tables of the join. */
export interface BatchWorld {
  readonly server: ServerProcess;
  readonly client: BenchClient;
  /** Files for other programs. */
  readonly scratch: string;
  run(sql: string): Promise<unknown>;
  /** Runs a query as a job that writes its rows into the table `result`; returns the tasks that it was cut into. */
  runJob(select: string): Promise<number>;
  /** Paths of the data files of a table. */
  filesOf(table: string): readonly string[];
  close(): Promise<void>;
}

/** Starts a server whose batch engine has the threads and the memory of the comparison, and fills the tables. */
export async function openBatchWorld(size: JobSize, log: (line: string) => void): Promise<BatchWorld> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'trivium-bench-batch-')));
  const data = join(root, 'data');
  const settings = ['limits.queryTimeoutMs=7200000'];
  log(`  ${String(size.rows)} rows against ${String(size.parties)}`);
  const loader = await startServerProcess({ dataDirectory: data, settings });
  const loading = openBenchClient(loader);
  for (const sql of tableStatements(size)) await loading.run(sql, { accept: 'application/json' });
  loading.close();
  await loader.stop();
  const config = join(root, 'trivium.yaml');
  const bytes = filesOf(data, 'facts').reduce((sum, file) => sum + statSync(file).size, 0);
  const memory = Math.floor((MEMORY_BYTES * EXECUTORS_SHARE) / THREADS);
  const batch = {
    executors: THREADS,
    threadsMax: THREADS,
    memoryBytesMax: memory,
    taskBytesTarget: Math.floor(bytes / TASKS),
    wholeBytesMax: 0,
  };
  writeFileSync(config, `engines: [{ module: olap }, { module: batch, config: ${JSON.stringify(batch)} }]\n`);
  const server = await startServerProcess({ dataDirectory: data, settings, config });
  const client = openBenchClient(server);
  const run = (sql: string): Promise<unknown> => client.run(sql, { accept: 'application/json' });
  return {
    server,
    client,
    scratch: root,
    run,
    runJob: (select) => runJob(server, select),
    filesOf: (table) => filesOf(data, table),
    close: async () => {
      client.close();
      await server.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

const POLL_MS = 20;

function filesOf(data: string, table: string): readonly string[] {
  const folder = join(data, 'warehouse/tables/main');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.parquet') && file.startsWith(`${table}-`),
  );
  assert(files.length > 0, `the warehouse has no files of ${table}`);
  return files.map((file) => join(folder, file));
}

async function runJob(server: ServerProcess, select: string): Promise<number> {
  const body = JSON.stringify({ sql: `CREATE OR REPLACE TABLE result AS ${select}`, session: { engine: 'batch' } });
  const headers = { 'content-type': 'application/json' };
  let job = (await (await server.call('/v1/jobs', { method: 'POST', headers, body })).json()) as JobInfo;
  let tasks = 0;
  while (job.state === 'queued' || job.state === 'running') {
    await sleep(POLL_MS);
    job = (await (await server.call(`/v1/jobs/${job.jobId}`)).json()) as JobInfo;
    tasks = Math.max(tasks, job.tasks?.total ?? 0);
  }
  assert(job.state === 'finished', `the job is ${job.state}: ${JSON.stringify(job.error)}`);
  return tasks;
}

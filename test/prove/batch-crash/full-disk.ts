import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Check } from '../proof.ts';
import { sourceTables } from './flight-job.ts';
import { hasEnded, JobServer } from './job-server.ts';

const FLIGHTS = 30_000;

/** Units: rows of the result for each flight; bytes that cannot be made smaller for each row. */
const COPIES = 40;

const SMALL = 'size=24m';
const LARGE = 'size=400m';

/** Space that a failed job may still hold: its journal and the catalog's records. Units: bytes. */
const KEPT_BYTES_MAX = 2_000_000;

const TEXTS = `SELECT md5(CAST(f.id * 1000 + n AS varchar)) AS text FROM flights AS f CROSS JOIN generate_series(1, ${String(COPIES)}) AS s(n)`;

/** Jobs that fill the disk with rows between tasks, and with rows of their table. */
const JOBS: Readonly<Record<string, string>> = {
  'full-disk-between-tasks': TEXTS.replace('SELECT', 'SELECT DISTINCT'),
  'full-disk-in-the-table': TEXTS,
};

/** Fills the disk of all data: the job must fail with a code and the name of its task and give the space back, others must work beside it, and it must
 *  succeed once there is room. */
export async function fillDisk(directory: string, log: (line: string) => void): Promise<readonly Check[]> {
  const data = join(directory, 'data');
  mkdirSync(data);
  execFileSync('mount', ['-t', 'tmpfs', '-o', SMALL, 'none', data]);
  const jobs = new JobServer({ directory });
  try {
    await jobs.start();
    for (const sql of sourceTables(FLIGHTS)) await jobs.ask(sql);
    const checks: Check[] = [];
    for (const [id, query] of Object.entries(JOBS)) {
      const table = id.replaceAll('-', '_');
      execFileSync('mount', ['-o', `remount,${SMALL}`, data]);
      const wrong = await fillOnce(jobs, table, query, data);
      log(`${id}: ${wrong.length === 0 ? 'a coded error with the task; nothing left; done once there was room' : wrong.join('; ')}`);
      const target = 'RESOURCE_DISK with its task, nothing left, done when tried again with room';
      checks.push({ id, value: wrong.length === 0, unit: '', target, pass: wrong.length === 0, note: wrong.join('; ').slice(0, 500) });
    }
    return checks;
  } finally {
    await jobs.stop();
    execFileSync('umount', ['-l', data]);
  }
}

async function fillOnce(jobs: JobServer, table: string, query: string, data: string): Promise<readonly string[]> {
  const wrong: string[] = [];
  const before = usedBytes(data);
  const session = { engine: 'batch' };
  const jobId = await jobs.submit({ sql: `CREATE TABLE ${table} AS ${query}`, session, retry: { attempts: 1 } });
  const { state, error } = await jobs.until(jobId, hasEnded);
  if (state !== 'failed' || error?.code !== 'RESOURCE_DISK' || !/task s\d+_t\d+/.test(error.message)) {
    wrong.push(`${state}: ${JSON.stringify(error)}`);
  }
  if ((await jobs.server.call(`/v1/catalog/main/${table}`)).status !== 404) wrong.push('something half-written is there');
  const kept = await untilFreed(jobs, data, before);
  if (kept > KEPT_BYTES_MAX) wrong.push(`${String(kept)} bytes are kept`);
  await jobs.ask(`CREATE TABLE ${table}_beside AS SELECT count(*) AS flights FROM flights`).catch((failure: unknown) => {
    wrong.push(`beside it: ${String(failure)}`);
  });
  execFileSync('mount', ['-o', `remount,${LARGE}`, data]);
  await jobs.server.call(`/v1/jobs/${jobId}/retry`, { method: 'POST' });
  const again = await jobs.until(jobId, hasEnded);
  const [[rows] = []] = again.state === 'finished' ? await jobs.ask(`SELECT count(DISTINCT text) FROM ${table}`) : [];
  if (Number(rows) !== FLIGHTS * COPIES) wrong.push(`with room ${again.state}, ${String(rows)} rows: ${JSON.stringify(again.error)}`);
  await jobs.ask(`DROP TABLE IF EXISTS ${table}`);
  return wrong;
}

/** Files go soon after the end of a job. */
async function untilFreed(jobs: JobServer, data: string, before: number): Promise<number> {
  const isBusy = (): boolean =>
    usedBytes(data) - before > KEPT_BYTES_MAX ||
    readdirSync(join(data, 'jobs')).some((jobId) => existsSync(join(data, 'jobs', jobId, 'work')));
  for (let turn = 0; turn < 100 && isBusy(); turn += 1) await sleep(50);
  jobs.see();
  return usedBytes(data) - before;
}

function usedBytes(folder: string): number {
  const { blocks, bfree, bsize } = statfsSync(folder);
  return (blocks - bfree) * bsize;
}

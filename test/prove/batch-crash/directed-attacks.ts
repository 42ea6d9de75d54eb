import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assert } from '../../../spi/index.ts';
import { killAll } from '../crash/start-load.ts';
import { hasEnded, type JobServer } from './job-server.ts';
import { digestTable, snapshotsOf } from './table-facts.ts';

/** Something that happens at one certain moment of a job. Returns what was wrong afterwards; null when nothing was. */
export type DirectedAttack = (jobs: JobServer, table: string) => Promise<string | null>;

/** Joins two large sides and groups: four stages with several tasks each. */
const joinInto = (table: string): string =>
  `CREATE TABLE ${table} AS SELECT a.origin, b.destination, count(*) AS flights, sum(CAST(b.delay AS bigint)) AS delay, count(DISTINCT a.day) AS days
     FROM flights AS a JOIN flights AS b ON a.id = b.id * 3 GROUP BY a.origin, b.destination`;

/** The attack that is none, and writes what the others are compared with. */
export const LEFT_ALONE = 'a job that is left alone';

/** The table that an undisturbed job writes, which those of the attacks must equal. */
export const UNDISTURBED = 'undisturbed';

/** Names the job whose second statement is killed right after its commit, in the program that has the crash points. */
export const DIES_AFTER_COMMIT = 'dies-after-commit';

/** Names the job that is killed when it has ended and its work is still there. */
export const DIES_BEFORE_REMOVAL = 'dies-before-removal';

const session = { engine: 'batch' };

/** A statement that was begun anew from nothing would hide what went wrong. */
const retry = { attempts: 1, pauseMs: 0 };

/** By name, in the order in which they are tried. */
export const DIRECTED_ATTACKS: Readonly<Record<string, DirectedAttack>> = {
  [LEFT_ALONE]: async (jobs) => {
    const job = await jobs.until(await jobs.submit({ sql: joinInto(UNDISTURBED), session }), hasEnded);
    if (job.state !== 'finished') return JSON.stringify(job.error);
    return (await workLeft(jobs)) ? 'the work folder is left' : null;
  },
  'a server killed between commit and note': async (jobs, table) => {
    const sql = `CREATE TABLE ${table} AS SELECT day FROM flights WHERE id < 10; INSERT INTO ${table} SELECT day FROM flights WHERE id < 10`;
    const jobId = await jobs.submit({ name: DIES_AFTER_COMMIT, sql, session });
    await restartAfterDeath(jobs);
    const job = await jobs.until(jobId, hasEnded);
    const ids = await snapshotsOf(jobs, `main.${table}`);
    return job.state === 'finished' && ids.length === 2 ? null : `${job.state}, ${String(ids.length)} snapshots for 2 commits`;
  },
  'a server killed between the end of a job and the removal of its work': async (jobs, table) => {
    await jobs.submit({ name: DIES_BEFORE_REMOVAL, sql: joinInto(table), session });
    await restartAfterDeath(jobs);
    return (await workLeft(jobs)) ? 'the work folder is left' : null;
  },
  'a finished task whose file was cut short before the restart': async (jobs, table) => {
    const jobId = await jobs.submit({ sql: joinInto(table), session, retry });
    const [path] = await filesOfDoneTasks(jobs, jobId);
    await killServer(jobs);
    assert(path !== undefined, 'a task was done before the kill');
    truncateSync(path, Math.floor(statSync(path).size / 2));
    await jobs.start();
    return compareWithUndisturbed(jobs, jobId, table);
  },
  'a restart with a configuration that cuts tasks otherwise': async (jobs, table) => {
    const jobId = await jobs.submit({ sql: joinInto(table), session, retry });
    await filesOfDoneTasks(jobs, jobId);
    await killServer(jobs);
    await jobs.start({ taskBytesTarget: 20_000 });
    return compareWithUndisturbed(jobs, jobId, table);
  },
  'an executor killed under a statement that is tried once': async (jobs, table) => {
    const jobId = await jobs.submit({ sql: joinInto(table), session, retry });
    await filesOfDoneTasks(jobs, jobId);
    killAll(jobs.executors());
    return compareWithUndisturbed(jobs, jobId, table);
  },
  'a file of the table with a damaged page': async (jobs, table) => {
    const [[uri = ''] = []] = await jobs.ask(`SELECT file_path FROM main."flights$files" ORDER BY file_size_in_bytes DESC`);
    const path = String(uri).replace(/^file:\/\//, '');
    const whole = readFileSync(path);
    // Page headers and compressed rows of the middle; the footer is as it was.
    writeFileSync(path, Buffer.from(whole).fill(0, Math.floor(whole.byteLength * 0.1), Math.floor(whole.byteLength * 0.8)));
    try {
      const sql = `CREATE TABLE ${table} AS SELECT origin, destination, sum(delay) AS delay, max(distance) AS distance, max(id) AS id FROM flights GROUP BY origin, destination`;
      const { state, error } = await jobs.until(await jobs.submit({ sql, session, retry }), hasEnded);
      const message = error?.message ?? '';
      const isNamed = /task s\d+_t\d+/.test(message) && /rows \d+ to \d+ of /.test(message) && message.includes(path);
      if (state !== 'failed' || error?.code !== 'STORAGE_CORRUPT' || !isNamed) return `${state}: ${JSON.stringify(error)}`;
      return (await isThere(jobs, table)) ? 'something half-written is there' : null;
    } finally {
      writeFileSync(path, whole);
    }
  },
};

/** Waits until some tasks are done of a job whose last is not; returns the files that they handed on. */
async function filesOfDoneTasks(jobs: JobServer, jobId: string): Promise<readonly string[]> {
  const folder = join(jobs.dataDirectory, 'jobs', jobId, 'work');
  for (let turn = 0; turn < 6000; turn += 1) {
    const paths = existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: 'utf8' }) : [];
    const files = paths.filter((path) => path.endsWith('done.json')).flatMap((path) => exchangeFiles(join(folder, path)));
    if (files.length > 0) return files;
    await sleep(10);
  }
  return [];
}

function exchangeFiles(manifest: string): readonly string[] {
  const { result } = JSON.parse(readFileSync(manifest, 'utf8')) as {
    readonly result: { readonly kind: string; readonly files?: readonly { readonly path: string }[] };
  };
  return result.kind === 'exchange' ? (result.files ?? []).map(({ path }) => path) : [];
}

async function killServer(jobs: JobServer): Promise<void> {
  const { server } = jobs;
  killAll([server.pid, ...server.children()]);
  await jobs.stop();
}

/** The program kills itself. */
async function restartAfterDeath(jobs: JobServer): Promise<void> {
  for (let turn = 0; turn < 1200 && isRunning(jobs.server.pid); turn += 1) await sleep(50);
  await jobs.stop();
  await jobs.start();
}

function isRunning(pid: number): boolean {
  return existsSync(`/proc/${String(pid)}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${String(pid)}/status`, 'utf8'));
}

async function compareWithUndisturbed(jobs: JobServer, jobId: string, table: string): Promise<string | null> {
  const job = await jobs.until(jobId, hasEnded);
  if (job.state !== 'finished') return `${job.state}: ${JSON.stringify(job.error)}`;
  const [seen, expected] = [await digestTable(jobs, `main.${table}`), await digestTable(jobs, `main.${UNDISTURBED}`)];
  return seen === expected ? null : `${seen} in place of ${expected}`;
}

/** The work of a job that has ended goes soon after. */
async function workLeft(jobs: JobServer): Promise<boolean> {
  const folder = join(jobs.dataDirectory, 'jobs');
  const isLeft = (): boolean => readdirSync(folder).some((jobId) => existsSync(join(folder, jobId, 'work')));
  for (let turn = 0; turn < 100 && isLeft(); turn += 1) await sleep(50);
  const left = isLeft();
  // It is told once.
  for (const jobId of readdirSync(folder)) rmSync(join(folder, jobId, 'work'), { recursive: true, force: true });
  return left;
}

async function isThere(jobs: JobServer, table: string): Promise<boolean> {
  return (await jobs.server.call(`/v1/catalog/main/${table}`)).status !== 404;
}

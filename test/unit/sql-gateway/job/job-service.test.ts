import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hasEnded } from '../../../../sql-gateway/job/job-progress.ts';
import { createJobService, type JobService } from '../../../../sql-gateway/job/job-service.ts';
import type { JournalEntry } from '../../../../sql-gateway/job/journal-entry.ts';
import { PlatformError } from '../../../../spi/index.ts';
import { importMutant, type Mutation } from '../../../mutant/import-mutant.ts';
import { type JobPlatform, jobOf, startJobPlatform, untilState } from '../../../support/job-platform.ts';

let platform: JobPlatform;
beforeAll(async () => {
  platform = await startJobPlatform();
});
afterAll(async () => {
  await platform.close();
});

const ended = (service: JobService, jobId: string) => untilState(service, jobId, hasEnded);

const journalOf = (folder: string, jobId: string): string => join(platform.root, folder, jobId, 'journal.ndjson');

async function run(service: JobService, sql: string) {
  const { jobId } = await service.submit(jobOf(sql));
  return ended(service, jobId);
}

describe('a job', { timeout: 60_000 }, () => {
  it('runs its statements in order, each committed once', async () => {
    const service = await platform.open('order');
    const info = await run(
      service,
      `CREATE TABLE o1 AS SELECT n FROM generate_series(1, 10) AS s(n);
       INSERT INTO o1 SELECT n FROM generate_series(1, 5) AS s(n);
       CREATE TABLE o2 (x bigint); INSERT INTO o2 VALUES (1), (2)`,
    );
    expect(info).toMatchObject({ state: 'finished', statement: null, fraction: 1, rows: 17, error: null, engine: 'memory' });
    expect(info.statements.map(({ state, rows }) => [state, rows])).toEqual([
      ['finished', 10],
      ['finished', 5],
      ['finished', 0],
      ['finished', 2],
    ]);
    expect([await platform.snapshots('o1'), await platform.rows('o1'), await platform.snapshots('o2')]).toEqual([2, 15, 1]);
    await service.stop();
    expect(readdirSync(join(platform.root, 'order', info.jobId)).sort()).toEqual(['job.json', 'journal.ndjson']);
  });

  it('keeps what was committed before a statement failed, and tells which one and where', async () => {
    const service = await platform.open('failing');
    const info = await run(service, 'CREATE TABLE f1 AS SELECT 1 AS n;\nINSERT INTO nowhere SELECT 1;\nCREATE TABLE f2 (n bigint)');
    expect(info).toMatchObject({
      state: 'failed',
      statement: 2,
      error: { statement: 2, code: 'CATALOG_UNKNOWN_TABLE', line: 2, column: 13 },
    });
    expect(info.statements.map(({ state }) => state)).toEqual(['finished', 'failed', 'waiting']);
    expect([await platform.rows('f1'), await platform.snapshots('f2')]).toEqual([1, null]);
  });

  it('is refused at once when a statement cannot be parsed, or the first cannot be bound', async () => {
    const service = await platform.open('refused');
    await expect(service.submit(jobOf('CREATE TABLE x (n bigint); INSERT INTO x SELEC 1'))).rejects.toMatchObject({
      code: 'SQL_SYNTAX',
      details: { statement: 2 },
    });
    await expect(service.submit(jobOf('INSERT INTO nowhere SELECT 1'))).rejects.toMatchObject({ code: 'CATALOG_UNKNOWN_TABLE' });
    await expect(service.submit(jobOf('SELECT 1'))).rejects.toMatchObject({ code: 'JOB_STATEMENT' });
    expect(await service.list('ada')).toEqual([]);
  });

  it('lets SET hold for the statements after it', async () => {
    const service = await platform.open('session');
    const info = await run(service, "CREATE SCHEMA inner1; SET schema = 'inner1'; CREATE TABLE s1 (n bigint); DROP TABLE inner1.s1");
    expect(info.state).toBe('finished');
  });

  it('belongs to its user alone', async () => {
    const service = await platform.open('users');
    const { jobId } = await run(service, 'CREATE TABLE u1 (n bigint)');
    expect(await service.find('bob', jobId)).toBeNull();
    expect(await service.list('bob')).toEqual([]);
    expect(await service.cancel('bob', jobId)).toBeNull();
    expect(await service.find('ada', '../users')).toBeNull();
  });

  it('is made once for an idempotency key, also after a restart', async () => {
    const service = await platform.open('keys');
    const request = jobOf('CREATE TABLE k1 (n bigint)', { idempotencyKey: 'k' });
    const [first, second] = await Promise.all([service.submit(request), service.submit(request)]);
    expect(second.jobId).toBe(first.jobId);
    await ended(service, first.jobId);
    const later = await platform.open('keys');
    expect((await later.submit(request)).jobId).toBe(first.jobId);
    await expect(later.submit(jobOf('CREATE TABLE k2 (n bigint)', { idempotencyKey: 'k' }))).rejects.toMatchObject({
      code: 'REQUEST_IDEMPOTENCY',
    });
    for (const change of [{ labels: { a: 'b' } }, { priority: 'low' }] as const) {
      await expect(later.submit({ ...request, ...change })).rejects.toMatchObject({ code: 'REQUEST_IDEMPOTENCY' });
    }
    expect((await later.submit({ ...request, user: 'bob' })).jobId).not.toBe(first.jobId);
  });

  it('may be asked for again under its key when it could not be made', async () => {
    const service = await platform.open('keys-again');
    await expect(service.submit(jobOf('INSERT INTO later1 VALUES (1)', { idempotencyKey: 'l' }))).rejects.toMatchObject({
      code: 'CATALOG_UNKNOWN_TABLE',
    });
    await run(service, 'CREATE TABLE later1 (n bigint)');
    expect((await service.submit(jobOf('INSERT INTO later1 VALUES (1)', { idempotencyKey: 'l' }))).statementCount).toBe(1);
  });
});

describe('a job under way', { timeout: 60_000 }, () => {
  let slow: JobPlatform;
  beforeAll(async () => {
    slow = await startJobPlatform({ holdMs: 700 });
  });
  afterAll(async () => {
    await slow.close();
  });
  const begun = (service: JobService, jobId: string) => untilState(service, jobId, ({ engine }) => engine !== null);

  it('is cancelled while it waits and while it runs, and leaves nothing behind', async () => {
    const service = await slow.open('cancel');
    const running = await service.submit(jobOf('CREATE TABLE c1 AS SELECT 1 AS n; CREATE TABLE c2 (n bigint)'));
    const waiting = await service.submit(jobOf('CREATE TABLE c3 AS SELECT 1 AS n'));
    await begun(service, running.jobId);
    expect((await service.find('ada', waiting.jobId))?.state).toBe('queued');
    await service.cancel('ada', waiting.jobId);
    await service.cancel('ada', running.jobId);
    expect((await ended(service, running.jobId)).state).toBe('cancelled');
    expect((await ended(service, waiting.jobId)).state).toBe('cancelled');
    expect(await Promise.all(['c1', 'c2', 'c3'].map((name) => slow.snapshots(name)))).toEqual([null, null, null]);
    expect((await service.cancel('ada', running.jobId))?.state).toBe('cancelled');
    // The end of the job is durable first; what it kept goes right after.
    await vi.waitFor(() => {
      expect(existsSync(join(slow.root, 'cancel', running.jobId, 'work'))).toBe(false);
    });
  });

  it('ends at its time limit', async () => {
    const service = await slow.open('limit');
    const { jobId } = await service.submit(jobOf('CREATE TABLE l1 AS SELECT 1 AS n', { timeoutMs: 200 }));
    expect((await ended(service, jobId)).error).toMatchObject({ code: 'RESOURCE_DEADLINE', statement: 1 });
  });

  it('stops with its server and goes on at the next start', async () => {
    const first = await slow.open('stop');
    const { jobId } = await first.submit(jobOf('CREATE TABLE s1 AS SELECT 1 AS n; INSERT INTO s1 VALUES (2)'));
    await begun(first, jobId);
    await first.stop();
    expect((await first.find('ada', jobId))?.state).toBe('queued');
    const second = await slow.open('stop');
    await second.resume();
    expect((await ended(second, jobId)).state).toBe('finished');
    expect([await slow.snapshots('s1'), await slow.rows('s1')]).toEqual([2, 2]);
  });

  it('is not run by two processes, and not cancelled by the one that does not run it', async () => {
    const first = await slow.open('owned');
    const { jobId } = await first.submit(jobOf('CREATE TABLE w1 AS SELECT 1 AS n'));
    await begun(first, jobId);
    const owner = join(slow.root, 'owned', jobId, 'owner.json');
    writeFileSync(owner, JSON.stringify({ pid: process.ppid }));
    const second = await slow.open('owned');
    await second.resume();
    expect((await second.find('ada', jobId))?.state).toBe('running');
    await expect(second.cancel('ada', jobId)).rejects.toMatchObject({ code: 'JOB_ELSEWHERE' });
    expect((await ended(first, jobId)).state).toBe('finished');
    expect((await second.find('ada', jobId))?.state).toBe('finished');
  });

  it('is cancelled by a process that finds it without an owner', async () => {
    const first = await slow.open('found');
    const { jobId } = await first.submit(jobOf('CREATE TABLE d1 AS SELECT 1 AS n'));
    await begun(first, jobId);
    await first.stop();
    const second = await slow.open('found');
    await second.cancel('ada', jobId);
    expect((await ended(second, jobId)).state).toBe('cancelled');
    expect(await slow.snapshots('d1')).toBeNull();
  });
});

describe('a wish that cannot be noted', { timeout: 60_000 }, () => {
  /** A service whose disk is full for the next entry of a journal that it opens. */
  const openFull = (folder: string) => {
    let full = false;
    const fill = (): void => {
      full = true;
    };
    const service = platform.open(folder, (parts) =>
      createJobService({
        ...parts,
        store: {
          ...parts.store,
          openJournal: async (jobId, bytes) => {
            const journal = await parts.store.openJournal(jobId, bytes);
            const append = (entry: JournalEntry): Promise<void> => {
              if (!full) return journal.append(entry);
              full = false;
              return Promise.reject(new PlatformError('RESOURCE_DISK', 'The disk is full.'));
            };
            return { ...journal, append };
          },
        },
      }),
    );
    return { service, fill };
  };

  it('leaves the job as it was, for the next who asks', async () => {
    const { service: opening, fill } = openFull('unnoted');
    const service = await opening;
    const failed = await run(service, 'CREATE TABLE un_a AS SELECT 1 AS n; INSERT INTO un_later SELECT 5');
    expect(failed.state).toBe('failed');
    await run(service, 'CREATE TABLE un_later (n bigint)');
    fill();
    await expect(service.retry('ada', failed.jobId)).rejects.toMatchObject({ code: 'RESOURCE_DISK' });
    expect((await service.find('ada', failed.jobId))?.state).toBe('failed');
    await service.retry('ada', failed.jobId);
    expect((await ended(service, failed.jobId)).state).toBe('finished');
  });
});

const STATEMENTS = [
  'CREATE SCHEMA IF NOT EXISTS crashed',
  'CREATE TABLE $a (n bigint)',
  'INSERT INTO $a SELECT n FROM generate_series(1, 10) AS s(n)',
  'CREATE TABLE $b AS SELECT n FROM generate_series(1, 7) AS s(n)',
  'INSERT OVERWRITE $a SELECT n FROM generate_series(1, 3) AS s(n)',
  'CREATE TABLE $c (n bigint)',
  'DROP TABLE $c',
  'CREATE VIEW $v AS SELECT 1 AS one',
  'DROP VIEW $v',
  'CREATE OR REPLACE TABLE $b AS SELECT n FROM generate_series(1, 2) AS s(n)',
];

/** Snapshots and rows of the table a, and of b; after the whole script. */
const UNDISTURBED = [2, 3, 1, 2, null];

const outcome = async (mark: string): Promise<unknown> => [
  await platform.snapshots(`${mark}_a`),
  await platform.rows(`${mark}_a`),
  await platform.snapshots(`${mark}_b`),
  await platform.rows(`${mark}_b`),
  await platform.snapshots(`${mark}_c`),
];

/** Runs the first statements of the script in a folder of its own; returns its journal's lines. */
async function runFirst(mark: string, count: number) {
  const statements = STATEMENTS.map((sql) => ({ sql: sql.replace('$', `${mark}_`), line: 1, column: 1 }));
  const service = await platform.open(mark);
  const { jobId } = await service.submit(jobOf('', { statements: statements.slice(0, count) }));
  expect(await ended(service, jobId)).toMatchObject({ state: 'finished' });
  await service.stop();
  return { jobId, statements, lines: readFileSync(journalOf(mark, jobId), 'utf8').split('\n').slice(0, -1) };
}

/** A process died after the first statements of the script, with so many lines of its journal left out; another one starts and ends the job. */
async function dieAndResume(mark: string, count: number, unwritten: number, create?: typeof createJobService) {
  const { jobId, statements, lines } = await runFirst(mark, count);
  const spec = join(platform.root, mark, jobId, 'job.json');
  writeFileSync(spec, JSON.stringify({ ...(JSON.parse(readFileSync(spec, 'utf8')) as object), statements }));
  const torn = (lines.at(-unwritten) ?? '').slice(0, (count * 37) % 60);
  writeFileSync(journalOf(mark, jobId), lines.slice(0, -unwritten).join('\n') + '\n' + torn);
  const ranBefore = platform.parts.queries.list('ada').length;
  const service = await platform.open(mark, create);
  await service.resume();
  const info = await ended(service, jobId);
  return { info, ran: platform.parts.queries.list('ada').length - ranBefore };
}

const mutantService = async (mutation: Omit<Mutation, 'folder'>) =>
  (await importMutant<{ createJobService: typeof createJobService }>('job-service.ts', { folder: 'sql-gateway/job', ...mutation }))
    .createJobService;

/** Lines at the end of a journal: `finished`, and before it the commit of the last statement. */
const WITHOUT_END = 1;
const WITHOUT_COMMIT = 2;

describe('a process that died', { timeout: 120_000 }, () => {
  it.each(STATEMENTS.map((sql, index) => [index + 1, sql]))(
    'after statement %i had its effect, before that was noted, has it done once: %s',
    async (count) => {
      const { info, ran } = await dieAndResume(`effect${String(count)}`, count, WITHOUT_COMMIT);
      expect(info).toMatchObject({ state: 'finished', error: null });
      expect(ran).toBe(STATEMENTS.length - count);
      expect(await outcome(`effect${String(count)}`)).toEqual(UNDISTURBED);
    },
  );

  it('between two statements has none of them run again', async () => {
    const { info, ran } = await dieAndResume('between', 5, WITHOUT_END);
    expect(info).toMatchObject({ state: 'finished', error: null });
    expect(ran).toBe(STATEMENTS.length - 5);
    expect(await outcome('between')).toEqual(UNDISTURBED);
  });

  it('would be noticed to have a statement run again that is committed (mutant)', async () => {
    const mutant = await mutantService({
      file: 'live-job.ts',
      from: 'let progress = stored.progress;',
      to: 'let progress = { ...stored.progress, committed: new Map() as typeof stored.progress.committed };',
    });
    const { info, ran } = await dieAndResume('rerun', 5, WITHOUT_END, mutant);
    expect(info.state === 'finished' && ran === STATEMENTS.length - 5).toBe(false);
  });

  it('would be noticed to have a statement committed under a fresh key (mutant)', async () => {
    const mutant = await mutantService({
      file: 'job-spec.ts',
      from: '`${jobId}:${String(statement)}`',
      to: '`${jobId}:${String(statement)}:${String(Math.random())}`',
    });
    await dieAndResume('fresh', 3, WITHOUT_COMMIT, mutant);
    expect(await outcome('fresh')).not.toEqual(UNDISTURBED);
  });

  it('would be noticed to have a definition made again (mutant)', async () => {
    const mutant = await mutantService({
      file: 'statement-effect.ts',
      from: 'return now !== null && now !== before;',
      to: 'return false;',
    });
    const { info } = await dieAndResume('define', 2, WITHOUT_COMMIT, mutant);
    expect(info).toMatchObject({ state: 'failed', error: { statement: 2, code: 'CATALOG_EXISTS' } });
  });
});

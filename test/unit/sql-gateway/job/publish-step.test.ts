import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Expectation } from '../../../../sql-gateway/job/expectation.ts';
import { hasEnded } from '../../../../sql-gateway/job/job-progress.ts';
import type { createJobService, JobService } from '../../../../sql-gateway/job/job-service.ts';
import { splitScript } from '../../../../sql-gateway/job/parse-script.ts';
import { planSteps } from '../../../../sql-gateway/job/plan-steps.ts';
import { nameBranches } from '../../../../sql-gateway/job/publish-step.ts';
import { importMutant } from '../../../mutant/import-mutant.ts';
import { type JobPlatform, jobOf, startJobPlatform, untilState } from '../../../support/job-platform.ts';

let platform: JobPlatform;
/** Its engine takes longer than anything else here. */
let slow: JobPlatform;
beforeAll(async () => {
  platform = await startJobPlatform();
  slow = await startJobPlatform({ holdMs: 1500 });
});
afterAll(async () => {
  await Promise.all([platform.close(), slow.close()]);
});

const HOLDS: Expectation = { kind: 'query', sql: 'SELECT n FROM generate_series(1, 0) AS s(n)' };
const FAILS: Expectation = { kind: 'query', sql: 'SELECT 1' };

const ended = (service: JobService, jobId: string) => untilState(service, jobId, hasEnded);

/** A step that appends 3 rows, then 2, to a table that has 10. */
const publishing = (table: string, expectation: Expectation, sql?: string) =>
  planSteps([
    {
      name: 'fill',
      statements: splitScript(
        sql ?? `INSERT INTO ${table} SELECT n FROM generate_series(1, 3) AS s(n); INSERT INTO ${table} VALUES (1), (2)`,
      ),
      expectations: [expectation],
      publish: table,
      needs: [],
    },
  ]);

async function makeTable(on: JobPlatform, table: string): Promise<void> {
  const service = await on.open(`make-${table}`);
  const { jobId } = await service.submit(jobOf(`CREATE TABLE ${table} AS SELECT n FROM generate_series(1, 10) AS s(n)`));
  expect((await ended(service, jobId)).state).toBe('finished');
}

const branchRows = async (table: string, jobId: string): Promise<number | null> => {
  const found = await platform.parts.catalog
    .resolve({ schema: 'main', name: table }, { kind: 'reference', name: `job-${jobId}` })
    .catch(() => null);
  return found?.kind === 'table' ? found.rows : null;
};

describe('a step that publishes a table', { timeout: 60_000 }, () => {
  it('shows readers its rows when all that is expected holds, and leaves no branch', async () => {
    await makeTable(platform, 'ok');
    const service = await platform.open('ok');
    const { jobId } = await service.submit(jobOf('', { statements: publishing('ok', HOLDS) }));
    const info = await ended(service, jobId);
    expect(info, JSON.stringify(info.error)).toMatchObject({ state: 'finished', rows: 5, statementCount: 6 });
    expect([await platform.rows('ok'), await platform.snapshots('ok'), await branchRows('ok', jobId)]).toEqual([15, 3, null]);
  });

  it('shows readers nothing otherwise, keeps the rows on the branch that the error names, and is done anew by a retry', async () => {
    await makeTable(platform, 'bad');
    const service = await platform.open('bad');
    const { jobId } = await service.submit(jobOf('', { statements: publishing('bad', FAILS) }));
    for (let round = 0; round < 2; round += 1) {
      const info = await ended(service, jobId);
      expect(info).toMatchObject({ state: 'failed', statement: 4, error: { code: 'JOB_EXPECTATION' } });
      expect(info.error?.hint).toContain(`bad FOR VERSION AS OF 'job-${jobId}'`);
      // A round that added to what the last one wrote would have 20.
      expect([await platform.rows('bad'), await branchRows('bad', jobId)]).toEqual([10, 15]);
      await service.retry('ada', jobId);
    }
    await ended(service, jobId);
  });

  it('would be noticed to go on with rows of the round before (mutant)', async () => {
    const { createJobService: mutant } = await importMutant<{ createJobService: typeof createJobService }>('job-service.ts', {
      folder: 'sql-gateway/job',
      file: 'job-progress.ts',
      from: 'rounds.set(statement, (rounds.get(statement) ?? 0) + 1);',
      to: '',
    });
    await makeTable(platform, 'stale');
    const service = await platform.open('stale', mutant);
    const { jobId } = await service.submit(jobOf('', { statements: publishing('stale', FAILS) }));
    await ended(service, jobId);
    await service.retry('ada', jobId);
    await ended(service, jobId);
    expect(await branchRows('stale', jobId)).not.toBe(15);
  });

  it('is done anew on the newest rows when the table changes before it could publish', async () => {
    await makeTable(slow, 'moved');
    const service = await slow.open('moved');
    const { jobId } = await service.submit(jobOf('', { statements: publishing('moved', HOLDS), retry: { attempts: 2, pauseMs: 0 } }));
    await untilState(service, jobId, ({ statements }) => statements[3]?.state === 'running');
    const found = await slow.parts.catalog.resolve({ schema: 'main', name: 'moved' });
    if (found?.kind === 'table') await (await slow.parts.sink.begin({ kind: 'append', table: found.ref })).commit([], 'other');
    expect(await ended(service, jobId)).toMatchObject({ state: 'finished', error: null });
    expect([await slow.rows('moved'), await slow.snapshots('moved')]).toEqual([15, 6]);
    expect(readFileSync(join(slow.root, 'moved', jobId, 'journal.ndjson'), 'utf8')).toContain('"kind":"repeated"');
  });

  it('tells that the table has changed when it may try no more', async () => {
    await makeTable(slow, 'lost');
    const service = await slow.open('lost');
    const { jobId } = await service.submit(jobOf('', { statements: publishing('lost', HOLDS), retry: { attempts: 1, pauseMs: 0 } }));
    await untilState(service, jobId, ({ statements }) => statements[3]?.state === 'running');
    const found = await slow.parts.catalog.resolve({ schema: 'main', name: 'lost' });
    if (found?.kind === 'table') await (await slow.parts.sink.begin({ kind: 'append', table: found.ref })).commit([], 'other');
    expect(await ended(service, jobId)).toMatchObject({ state: 'failed', error: { code: 'CATALOG_BRANCH_DIVERGED' } });
    expect(await slow.rows('lost')).toBe(10);
  });

  it('may write to nothing else, and has to write', async () => {
    await makeTable(platform, 'only');
    await makeTable(platform, 'other');
    const service = await platform.open('only');
    for (const sql of ['INSERT INTO other VALUES (1)', 'CREATE TABLE only_new (n bigint)', 'ALTER TABLE only ADD COLUMN x bigint']) {
      const { jobId } = await service.submit(jobOf('', { statements: publishing('only', HOLDS, sql) }));
      expect(await ended(service, jobId), sql).toMatchObject({ state: 'failed', statement: 2, error: { code: 'JOB_STATEMENT' } });
    }
    expect(await platform.rows('other')).toBe(10);
    expect(() => publishing('only', HOLDS, '')).toThrow("The step 'fill' publishes only and has no statement that writes to it.");
  });
});

/** A process died when so many statements of the step had their effect, before the last of them was noted; another one goes on. */
async function dieAndResume(table: string, count: number, create?: typeof createJobService) {
  await makeTable(platform, table);
  const statements = publishing(table, HOLDS);
  const first = await platform.open(table);
  const { jobId } = await first.submit(jobOf('', { statements: statements.slice(0, count) }));
  expect((await ended(first, jobId)).state).toBe('finished');
  await first.stop();
  const spec = join(platform.root, table, jobId, 'job.json');
  writeFileSync(
    spec,
    JSON.stringify({ ...(JSON.parse(readFileSync(spec, 'utf8')) as object), statements: nameBranches(statements, jobId) }),
  );
  const journal = join(platform.root, table, jobId, 'journal.ndjson');
  const lines = readFileSync(journal, 'utf8').split('\n').slice(0, -1);
  writeFileSync(journal, `${lines.slice(0, -2).join('\n')}\n`);
  const rowsBefore = await platform.rows(table);
  const second = await platform.open(table, create);
  await second.resume();
  const info = await ended(second, jobId);
  return { info, rowsBefore, found: [await platform.rows(table), await platform.snapshots(table), await branchRows(table, jobId)] };
}

describe('a process that died in a step that publishes', { timeout: 120_000 }, () => {
  it.each([1, 2, 3, 4, 5, 6])('after statement %i had its effect, before that was noted, has all of it done once', async (count) => {
    const { info, rowsBefore, found } = await dieAndResume(`died${String(count)}`, count);
    expect(info, JSON.stringify(info.error)).toMatchObject({ state: 'finished', rows: 5 });
    expect(rowsBefore).toBe(count < 5 ? 10 : 15);
    expect(found).toEqual([15, 3, null]);
  });

  it('would be noticed to write its rows twice (mutant)', async () => {
    const { createJobService: mutant } = await importMutant<{ createJobService: typeof createJobService }>('job-service.ts', {
      folder: 'sql-gateway/job',
      file: 'live-job.ts',
      from: 'statementKey(spec.jobId, statement,',
      to: 'statementKey(String(Math.random()), statement,',
    });
    expect((await dieAndResume('twice', 2, mutant)).found).not.toEqual([15, 3, null]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasEnded } from '../../../../sql-gateway/job/job-progress.ts';
import type { createJobService, JobService } from '../../../../sql-gateway/job/job-service.ts';
import type { JobInfo } from '../../../../sql-gateway/job/job-info.ts';
import { splitScript } from '../../../../sql-gateway/job/parse-script.ts';
import { planSteps } from '../../../../sql-gateway/job/plan-steps.ts';
import { importMutant } from '../../../mutant/import-mutant.ts';
import { type JobPlatform, jobOf, startJobPlatform, untilState } from '../../../support/job-platform.ts';

let platform: JobPlatform;
/** Its engine takes longer than anything else here. */
let slow: JobPlatform;
beforeAll(async () => {
  platform = await startJobPlatform({ holdMs: 300 });
  slow = await startJobPlatform({ holdMs: 4000 });
});
afterAll(async () => {
  await Promise.all([platform.close(), slow.close()]);
});

/** Steps as `name: [sql, ...needs]`. */
const stepsOf = (steps: Readonly<Record<string, readonly [string, ...string[]]>>) =>
  jobOf('', {
    statements: planSteps(Object.entries(steps).map(([name, [sql, ...needs]]) => ({ name, statements: splitScript(sql), needs }))),
  });

const ended = (service: JobService, jobId: string) => untilState(service, jobId, hasEnded);

const runningSteps = ({ statements }: JobInfo) => statements.flatMap(({ step, state }) => (state === 'running' ? [step] : []));

/** Steps that were seen to run, as texts of those that ran at the same time. */
async function watchSteps(service: JobService, jobId: string) {
  const seen = new Set<string>();
  const info = await untilState(service, jobId, (now) => {
    const running = runningSteps(now);
    if (running.length > 0) seen.add(running.join('+'));
    return hasEnded(now);
  });
  return { info, seen };
}

describe('the steps of a job', { timeout: 60_000 }, () => {
  it('run at the same time where none needs the other, and after those that they need', async () => {
    const service = await platform.open('diamond');
    const { jobId } = await service.submit(
      stepsOf({
        left: ['CREATE TABLE p_left AS SELECT n FROM generate_series(1, 3) AS s(n)'],
        right: ['CREATE TABLE p_right AS SELECT n FROM generate_series(1, 4) AS s(n)'],
        both: ['INSERT INTO p_left SELECT n FROM generate_series(1, 7) AS s(n); DROP TABLE p_right', 'left', 'right'],
      }),
    );
    const { info, seen } = await watchSteps(service, jobId);
    expect(info).toMatchObject({ state: 'finished', fraction: 1, error: null });
    expect(info.statements.map(({ step, needs, rows }) => [step, needs, rows])).toEqual([
      ['left', [], 3],
      ['right', [], 4],
      ['both', [1, 2], 7],
      ['both', [3], 0],
    ]);
    expect(seen).toContain('left+right');
    expect([...seen].filter((running) => running.includes('both'))).toEqual(['both']);
  });

  it('are begun no more at a time than the server allows', async () => {
    const service = await platform.open('bounded');
    const { jobId } = await service.submit(
      stepsOf({
        a: ['CREATE TABLE b_a AS SELECT 1 AS n'],
        b: ['CREATE TABLE b_b AS SELECT 1 AS n'],
        c: ['CREATE TABLE b_c AS SELECT 1 AS n'],
      }),
    );
    const { info, seen } = await watchSteps(service, jobId);
    expect(info.state).toBe('finished');
    expect(seen).toContain('a+b');
    expect([...seen].filter((running) => running.split('+').length > 2)).toEqual([]);
  });

  it('have a SET hold for the steps that need it, and for no others', async () => {
    const service = await platform.open('own-session');
    const { jobId } = await service.submit(
      stepsOf({
        schema: ["CREATE SCHEMA apart; SET schema = 'apart'"],
        there: ['CREATE TABLE t_there (n bigint)', 'schema'],
        // The other SET has been done by then.
        later: ['CREATE TABLE t_later AS SELECT 1 AS n'],
        here: ['CREATE TABLE t_here (n bigint)', 'later'],
        look: ['INSERT INTO apart.t_there SELECT 1; INSERT INTO main.t_here SELECT 1', 'there', 'here'],
      }),
    );
    expect(await ended(service, jobId)).toMatchObject({ state: 'finished', error: null });
  });

  const failing = (mark: string) =>
    stepsOf({
      slow: [`CREATE TABLE ${mark}_slow AS SELECT 1 AS n`],
      wrong: [`CREATE SCHEMA IF NOT EXISTS main; INSERT INTO ${mark}_missing SELECT 1`],
      after: [`CREATE TABLE ${mark}_after (n bigint)`, 'slow'],
    });

  it('end with the first that fails, and those under way leave nothing behind', async () => {
    const service = await slow.open('failing');
    const { jobId } = await service.submit(failing('f'));
    const info = await ended(service, jobId);
    expect(info).toMatchObject({ state: 'failed', statement: 3, error: { code: 'CATALOG_UNKNOWN_TABLE', statement: 3 } });
    expect(info.error?.message).toContain("statement 3 of 4 (step 'wrong'): ");
    expect(info.statements.map(({ step, state }) => [step, state])).toEqual([
      ['slow', 'waiting'],
      ['wrong', 'finished'],
      ['wrong', 'failed'],
      ['after', 'waiting'],
    ]);
    expect([await slow.snapshots('f_slow'), await slow.snapshots('f_after')]).toEqual([null, null]);
  });

  it('would be noticed to go on beside one that failed (mutant)', async () => {
    const { createJobService: mutant } = await importMutant<{ createJobService: typeof createJobService }>('job-service.ts', {
      folder: 'sql-gateway/job',
      file: 'run-statements.ts',
      from: 'job.abort(',
      to: '((reason: PlatformError) => String(reason))(',
    });
    const service = await slow.open('failing-mutant', mutant);
    const { jobId } = await service.submit(failing('m'));
    await ended(service, jobId);
    expect(await slow.snapshots('m_slow')).not.toBeNull();
  });

  it('that were under way when the server stopped go on at the next start, each committed once', async () => {
    const first = await platform.open('stopped');
    const steps = { a: ['CREATE TABLE s_a AS SELECT 1 AS n'], b: ['CREATE TABLE s_b AS SELECT 1 AS n'] } as const;
    const { jobId } = await first.submit(stepsOf(steps));
    await untilState(first, jobId, (info) => runningSteps(info).length === 2);
    await first.stop();
    const second = await platform.open('stopped');
    await second.resume();
    expect(await ended(second, jobId)).toMatchObject({ state: 'finished', rows: 2 });
    expect([await platform.snapshots('s_a'), await platform.snapshots('s_b')]).toEqual([1, 1]);
  });

  it('take values for named parameters, each statement those that it uses', async () => {
    const service = await platform.open('parameters');
    const statements = splitScript('CREATE TABLE v_t AS SELECT $a AS n; INSERT INTO v_t SELECT $b; INSERT INTO v_t SELECT $a');
    const { jobId } = await service.submit(jobOf('', { statements, parameters: { a: 1, b: 2 } }));
    expect(await ended(service, jobId)).toMatchObject({ state: 'finished', rows: 3 });
    await expect(service.submit(jobOf('', { statements, parameters: { a: 1, b: 2, c: 3 } }))).rejects.toMatchObject({
      code: 'SQL_PARAMETER',
    });
    await expect(service.submit(jobOf('', { statements, parameters: { b: 2 } }))).rejects.toMatchObject({ code: 'SQL_PARAMETER' });
  });

  it('are looked at without being taken', async () => {
    const service = await platform.open('validate');
    await service.validate(stepsOf({ a: ['CREATE TABLE x_a (n bigint)'], b: ['INSERT INTO x_a SELECT 1', 'a'] }));
    await expect(service.validate(stepsOf({ a: ['CREATE TABLE x_a (n bigint)'], b: ['INSERT INTO x_a SELECT 1'] }))).rejects.toMatchObject({
      code: 'CATALOG_UNKNOWN_TABLE',
      details: { statement: 2 },
    });
    expect(await service.list('ada')).toEqual([]);
    expect(await platform.snapshots('x_a')).toBeNull();
  });
});

describe('a job that ended badly', { timeout: 60_000 }, () => {
  it('goes on with what is not done, also after a restart', async () => {
    const service = await platform.open('retry');
    const { jobId } = await service.submit(
      jobOf('CREATE TABLE r_a AS SELECT 1 AS n; INSERT INTO r_later SELECT 5; INSERT INTO r_a SELECT 2'),
    );
    expect(await ended(service, jobId)).toMatchObject({ state: 'failed', statement: 2 });
    const again = await service.retry('ada', jobId);
    expect(again?.error).toBeNull();
    expect(await ended(service, jobId)).toMatchObject({ state: 'failed', statement: 2 });
    await service.stop();
    const made = await platform.open('retry-other');
    await ended(made, (await made.submit(jobOf('CREATE TABLE r_later (n bigint)'))).jobId);
    const later = await platform.open('retry');
    await later.resume();
    expect((await later.find('ada', jobId))?.state).toBe('failed');
    await later.retry('ada', jobId);
    expect(await ended(later, jobId)).toMatchObject({ state: 'finished', rows: 3 });
    expect([await platform.snapshots('r_a'), await platform.rows('r_a'), await platform.rows('r_later')]).toEqual([2, 2, 1]);
  });

  it('goes on after it was cancelled, and no finished job does, nor that of another', async () => {
    const service = await slow.open('retry-cancelled');
    const { jobId } = await service.submit(jobOf('CREATE TABLE rc_a AS SELECT 1 AS n'));
    await untilState(service, jobId, (info) => runningSteps(info).length === 1);
    expect((await service.retry('ada', jobId))?.state).toBe('running');
    await service.cancel('ada', jobId);
    await ended(service, jobId);
    expect(await service.retry('bob', jobId)).toBeNull();
    await service.retry('ada', jobId);
    expect(await ended(service, jobId)).toMatchObject({ state: 'finished', rows: 1 });
    await expect(service.retry('ada', jobId)).rejects.toMatchObject({ code: 'JOB_FINISHED' });
  });

  it('is begun as often as it asks for', async () => {
    const counted = await startJobPlatform({ lostWrites: 2 });
    try {
      const service = await counted.open('attempts');
      const one = await service.submit(jobOf('CREATE TABLE at_a AS SELECT 1 AS n', { retry: { attempts: 1, pauseMs: 0 } }));
      expect((await ended(service, one.jobId)).state).toBe('failed');
      const two = await service.submit(jobOf('CREATE TABLE at_b AS SELECT 1 AS n', { retry: { attempts: 2, pauseMs: 0 } }));
      expect((await ended(service, two.jobId)).state).toBe('finished');
    } finally {
      await counted.close();
    }
  });
});

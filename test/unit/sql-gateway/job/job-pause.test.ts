import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobInfo } from '../../../../sql-gateway/job/job-info.ts';
import { hasEnded } from '../../../../sql-gateway/job/job-progress.ts';
import type { JobService } from '../../../../sql-gateway/job/job-service.ts';
import { type JobPlatform, jobOf, startJobPlatform, untilState } from '../../../support/job-platform.ts';

let slow: JobPlatform;
beforeAll(async () => {
  slow = await startJobPlatform({ holdMs: 300 });
});
afterAll(async () => {
  await slow.close();
});

const begun = (service: JobService, jobId: string) => untilState(service, jobId, ({ engine }) => engine !== null);
const paused = (service: JobService, jobId: string) => untilState(service, jobId, ({ state }) => state === 'paused');
const ended = (service: JobService, jobId: string) => untilState(service, jobId, hasEnded);
const statesOf = ({ statements }: JobInfo) => statements.map(({ state }) => state);
const script = (mark: string): string => `CREATE TABLE ${mark} AS SELECT 1 AS n; INSERT INTO ${mark} VALUES (2)`;

describe('a paused job', { timeout: 60_000 }, () => {
  it('ends the statement under way and begins no other until it is resumed', async () => {
    const service = await slow.open('between');
    const { jobId } = await service.submit(jobOf(script('p1')));
    await begun(service, jobId);
    expect((await service.pause('ada', jobId))?.state).toBe('pausing');
    const info = await paused(service, jobId);
    expect(statesOf(info)).toEqual(['finished', 'waiting']);
    expect((await service.pause('ada', jobId))?.state).toBe('paused');
    expect(await slow.snapshots('p1')).toBe(1);
    await service.unpause('ada', jobId);
    expect((await ended(service, jobId)).state).toBe('finished');
    expect([await slow.snapshots('p1'), await slow.rows('p1')]).toEqual([2, 2]);
    expect((await service.pause('ada', jobId))?.state).toBe('finished');
  });

  it('gives its place to the next, and leaves the line while it waits', async () => {
    const service = await slow.open('places');
    const { jobId: first } = await service.submit(jobOf(script('p2')));
    await begun(service, first);
    const { jobId: second } = await service.submit(jobOf(script('p3')));
    const { jobId: third } = await service.submit(jobOf(script('p4')));
    await service.pause('ada', first);
    expect((await service.pause('ada', second))?.state).toBe('paused');
    expect((await ended(service, third)).state).toBe('finished');
    expect((await service.find('ada', first))?.state).toBe('paused');
    expect(await slow.snapshots('p3')).toBeNull();
    for (const jobId of [first, second]) await service.unpause('ada', jobId);
    for (const jobId of [first, second]) expect((await ended(service, jobId)).state).toBe('finished');
  });

  it('stays paused over a restart that cuts its statement short, and goes on with it when it is resumed', async () => {
    const service = await slow.open('restart');
    const { jobId } = await service.submit(jobOf(script('p5')));
    await begun(service, jobId);
    await service.pause('ada', jobId);
    await service.stop();
    const later = await slow.open('restart');
    await later.resume();
    expect((await later.find('ada', jobId))?.state).toBe('paused');
    expect(await slow.snapshots('p5')).toBeNull();
    await later.unpause('ada', jobId);
    expect((await ended(later, jobId)).state).toBe('finished');
    expect([await slow.snapshots('p5'), await slow.rows('p5')]).toEqual([2, 2]);
  });

  it('goes on when it is resumed before its statement has ended, and right when it has', async () => {
    const service = await slow.open('quick');
    for (const mark of ['p6', 'p7', 'p8']) {
      const { jobId } = await service.submit(jobOf(script(mark)));
      await begun(service, jobId);
      await service.pause('ada', jobId);
      // Early, late, and at the moment at which the job is let go of.
      if (mark === 'p7') await paused(service, jobId);
      if (mark === 'p8') await untilState(service, jobId, (info) => statesOf(info)[0] === 'finished');
      await service.unpause('ada', jobId);
      expect((await ended(service, jobId)).state).toBe('finished');
      expect([await slow.snapshots(mark), await slow.rows(mark)]).toEqual([2, 2]);
    }
  });

  it('is cancelled, while it pauses and when it is paused', async () => {
    const service = await slow.open('cancelled');
    for (const [index, mark] of ['p9', 'p10'].entries()) {
      const { jobId } = await service.submit(jobOf(script(mark)));
      await begun(service, jobId);
      await service.pause('ada', jobId);
      if (index > 0) await paused(service, jobId);
      await service.cancel('ada', jobId);
      expect((await ended(service, jobId)).state).toBe('cancelled');
      expect(await slow.snapshots(mark)).toBe(index === 0 ? null : 1);
    }
  });

  it('is finished when the statement under way was its last', async () => {
    const service = await slow.open('last');
    const { jobId } = await service.submit(jobOf('CREATE TABLE p11 AS SELECT 1 AS n'));
    await begun(service, jobId);
    await service.pause('ada', jobId);
    expect((await ended(service, jobId)).state).toBe('finished');
  });

  it('is none of other users', async () => {
    const service = await slow.open('others');
    const { jobId } = await service.submit(jobOf('CREATE TABLE p12 AS SELECT 1 AS n'));
    expect([await service.pause('bob', jobId), await service.unpause('bob', jobId)]).toEqual([null, null]);
    expect((await ended(service, jobId)).state).toBe('finished');
  });
});

describe('waiting jobs', { timeout: 60_000 }, () => {
  it('run by priority, then by time, also after a restart', async () => {
    const service = await slow.open('priorities');
    const make = (name: string, priority: 'low' | 'normal' | 'high') =>
      service.submit(jobOf(`CREATE TABLE pr_${name} AS SELECT 1 AS n`, { name, priority }));
    await begun(service, (await make('first', 'low')).jobId);
    await make('low', 'low');
    await make('normal1', 'normal');
    await make('normal2', 'normal');
    await make('high', 'high');
    await service.stop();
    const later = await slow.open('priorities');
    await later.resume();
    for (const { jobId } of await later.list('ada')) await ended(later, jobId);
    const inOrder = [...(await later.list('ada'))].sort((left, right) => (left.endedAtMs ?? 0) - (right.endedAtMs ?? 0));
    expect(inOrder.map(({ name }) => name)).toEqual(['high', 'normal1', 'normal2', 'first', 'low']);
    expect(inOrder.map(({ priority }) => priority)).toEqual(['high', 'normal', 'normal', 'low', 'low']);
  });
});

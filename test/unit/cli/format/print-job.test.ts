import { describe, expect, it } from 'vitest';
import { renderJob, renderJobProgress, renderJobs } from '../../../../cli/format/print-job.ts';
import type { JobInfo } from '../../../../sql-gateway/index.ts';

const JOB: JobInfo = {
  jobId: '01a2021b-9059-74fe-99f2-649f6e7418e8',
  user: 'ada',
  name: 'nightly',
  labels: {},
  priority: 'normal',
  state: 'running',
  statement: 2,
  statementCount: 4,
  engine: 'batch',
  fraction: 0.375,
  tasks: { done: 3, total: 6 },
  rows: 12_345,
  createdAtMs: 0,
  startedAtMs: 1000,
  endedAtMs: null,
  error: null,
  statements: [],
};
const LAYOUT = { widthMax: 160 };

describe('a job on a terminal', () => {
  it('shows how far it is as a bar with its statement, engine and tasks', () => {
    expect(renderJobProgress(JOB)).toBe(`${'█'.repeat(9)}${'░'.repeat(15)} 37% 2 of 4 · engine batch · tasks 3/6`);
    expect(renderJobProgress({ ...JOB, state: 'queued', fraction: 0, engine: null, tasks: null })).toBe(
      `${'░'.repeat(24)} 0% queued (2 of 4)`,
    );
  });

  it('shows what ended it, with the hint', () => {
    const error = {
      statement: 2,
      code: 'CATALOG_UNKNOWN_TABLE',
      message: 'no table nope',
      line: 2,
      column: 3,
      hint: "Did you mean 'hope'?",
    };
    const lines = renderJob({ ...JOB, state: 'failed', endedAtMs: 3500, error }, LAYOUT);
    expect(lines[0]).toBe("job 01a2021b-9059-74fe-99f2-649f6e7418e8 'nightly' is failed after 2.50 s");
    expect(lines.slice(-2)).toEqual(['CATALOG_UNKNOWN_TABLE: no table nope', "hint: Did you mean 'hope'?"]);
  });

  it('shows its labels in the order of their names, in a list only when a job has some', () => {
    const labelled = { ...JOB, labels: { team: 'routes', env: 'prod' } };
    expect(renderJob(labelled, LAYOUT)[1]).toBe('labels: env=prod, team=routes');
    expect(renderJobs([JOB, labelled], LAYOUT).at(-1)).toMatch(/ env=prod, team=routes$/);
    expect(renderJobs([JOB], LAYOUT)[0]).not.toContain('labels');
  });

  it('is a line of a list', () => {
    expect(renderJobs([], LAYOUT)).toEqual(['There are no jobs.']);
    const done = renderJobs([{ ...JOB, state: 'finished', statement: null, endedAtMs: 2000 }], LAYOUT);
    expect(done.at(-1)).toMatch(/^01a2021b\S+ +nightly +finished +4 of 4 done +batch +12,345 +1970-01-01T00:00:00Z +1\.00 s$/);
  });
});

import type { VirtualRelation } from '../../sql/bind/index.ts';
import { formatInstant } from '../query/format-instant.ts';
import type { JobSummary } from './job-info.ts';
import { sortedLabels } from './job-labels.ts';

/** Returns the table `system.jobs`. */
export function jobsTable(jobs: readonly JobSummary[]): VirtualRelation {
  return {
    columns: [
      { name: 'job_id', type: 'varchar' },
      { name: 'user', type: 'varchar' },
      { name: 'name', type: 'varchar' },
      { name: 'state', type: 'varchar' },
      { name: 'statement', type: 'bigint' },
      { name: 'statements', type: 'bigint' },
      { name: 'engine', type: 'varchar' },
      { name: 'fraction', type: 'double' },
      { name: 'rows', type: 'bigint' },
      { name: 'created_at', type: 'timestamptz' },
      { name: 'started_at', type: 'timestamptz' },
      { name: 'ended_at', type: 'timestamptz' },
      { name: 'error_code', type: 'varchar' },
      { name: 'error', type: 'varchar' },
      { name: 'labels', type: 'varchar' },
      { name: 'priority', type: 'varchar' },
    ],
    rows: jobs.map((job) => [
      job.jobId,
      job.user,
      job.name,
      job.state,
      job.statement === null ? null : String(job.statement),
      String(job.statementCount),
      job.engine,
      String(job.fraction),
      String(job.rows),
      formatInstant(job.createdAtMs),
      formatInstant(job.startedAtMs),
      formatInstant(job.endedAtMs),
      job.error?.code ?? null,
      job.error?.message ?? null,
      JSON.stringify(Object.fromEntries(sortedLabels(job.labels))),
      job.priority,
    ]),
  };
}

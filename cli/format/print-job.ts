import type { JobInfo, JobPlanLine, JobSummary } from '../../sql-gateway/index.ts';
import { formatElapsed } from './print-result.ts';
import { renderTable, type TableColumn, type TableLayout } from './render-table.ts';

const BAR_WIDTH = 24;

/** Returns how far a job is as one line, with a bar for a terminal. */
export function renderJobProgress(job: JobSummary): string {
  const done = Math.round(job.fraction * BAR_WIDTH);
  const bar = `${'█'.repeat(done)}${'░'.repeat(BAR_WIDTH - done)} ${String(Math.floor(job.fraction * 100))}%`;
  return `${bar} ${renderJobStep(job)}`;
}

/** Returns what a job is doing: its statement, engine and tasks. */
export function renderJobStep(job: JobSummary): string {
  const parts = [job.state === 'running' ? placeOf(job) : `${job.state} (${placeOf(job)})`];
  if (job.engine !== null) parts.push(`engine ${job.engine}`);
  if (job.tasks !== null) parts.push(`tasks ${String(job.tasks.done)}/${String(job.tasks.total)}`);
  return parts.join(' · ');
}

/** Returns a job as lines for people: what is known about it, its statements, and what ended it. */
export function renderJob(job: JobInfo, layout: TableLayout): string[] {
  const lines = [`job ${job.jobId}${job.name === null ? '' : ` '${job.name}'`} is ${job.state} after ${elapsedOf(job) || 'no time'}`];
  if (job.priority !== 'normal') lines.push(`priority: ${job.priority}`);
  const labels = labelsOf(job);
  if (labels !== '') lines.push(`labels: ${labels}`);
  const left = { align: 'left' } as const;
  const columns: TableColumn[] = [
    { name: '#', align: 'right' },
    { name: 'state', ...left },
    { name: 'engine', ...left },
    { name: 'rows', align: 'right' as const },
    { name: 'snapshot', ...left },
    { name: 'time', align: 'right' as const },
    { name: 'statement', ...left },
  ];
  const hasSteps = job.statements.some(({ step }) => step !== null);
  if (hasSteps) columns.splice(1, 0, { name: 'step', ...left });
  const rows = job.statements.map((statement) => [
    String(statement.statement),
    ...(hasSteps ? [statement.step ?? ''] : []),
    statement.state,
    statement.engine ?? '',
    statement.rows === 0 ? '' : statement.rows.toLocaleString('en-US'),
    statement.snapshotId ?? '',
    elapsedOf(statement),
    statement.sql,
  ]);
  lines.push(...renderTable(columns, rows, layout), ...renderJobError(job));
  return lines;
}

/** Returns the statements of a job with what they wait for as a table. */
export function renderJobPlan(plan: readonly JobPlanLine[], layout: TableLayout): string[] {
  const columns: TableColumn[] = [
    { name: '#', align: 'right' },
    { name: 'step', align: 'left' },
    { name: 'waits for', align: 'left' },
  ];
  return renderTable(
    columns,
    plan.map(({ statement, step, needs }) => [String(statement), step ?? '', needs.join(', ')]),
    layout,
  );
}

function renderJobError({ error }: JobSummary): string[] {
  if (error === null) return [];
  return [`${error.code}: ${error.message}`, ...(error.hint === null ? [] : [`hint: ${error.hint}`])];
}

/** Returns jobs as a table. */
export function renderJobs(jobs: readonly JobSummary[], layout: TableLayout): string[] {
  if (jobs.length === 0) return ['There are no jobs.'];
  const hasPriorities = jobs.some(({ priority }) => priority !== 'normal');
  const hasLabels = jobs.some((job) => labelsOf(job) !== '');
  const columns = [
    'job',
    'name',
    'state',
    'statement',
    'engine',
    'rows',
    'created',
    'time',
    ...(hasPriorities ? ['priority'] : []),
    ...(hasLabels ? ['labels'] : []),
  ].map((name) => ({
    name,
    align: name === 'rows' || name === 'time' ? ('right' as const) : ('left' as const),
  }));
  const rows = jobs.map((job) => [
    job.jobId,
    job.name ?? '',
    job.state,
    placeOf(job),
    job.engine ?? '',
    job.rows.toLocaleString('en-US'),
    `${new Date(job.createdAtMs).toISOString().slice(0, 19)}Z`,
    elapsedOf(job),
    ...(hasPriorities ? [job.priority] : []),
    ...(hasLabels ? [labelsOf(job)] : []),
  ]);
  return renderTable(columns, rows, layout);
}

function labelsOf({ labels }: JobSummary): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(', ');
}

function placeOf({ statement, statementCount }: JobSummary): string {
  return statement === null
    ? `${String(statementCount)} of ${String(statementCount)} done`
    : `${String(statement)} of ${String(statementCount)}`;
}

/** Returns how long something has taken so far; empty for what has not begun. */
export function elapsedOf({ startedAtMs, endedAtMs }: Pick<JobSummary, 'startedAtMs' | 'endedAtMs'>): string {
  return startedAtMs === null ? '' : formatElapsed((endedAtMs ?? Date.now()) - startedAtMs);
}

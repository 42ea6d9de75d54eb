import type { JobSummary } from './job-info.ts';
import type { JobLabels } from './job-labels.ts';
import type { JobState } from './job-progress.ts';

/** Which jobs of a list are asked for: those for which all of it holds. */
export interface JobFilter {
  /** Null for any. */
  readonly state: JobState | null;
  /** A part of the name, in capitals or not; null for any. */
  readonly name: string | null;
  /** Labels that a job has, each with this text. */
  readonly labels: JobLabels;
}

/** Returns whether a job is among those that are asked for. */
export function isWanted({ state, name, labels }: Pick<JobSummary, 'state' | 'name' | 'labels'>, filter: JobFilter): boolean {
  if (filter.state !== null && state !== filter.state) return false;
  if (filter.name !== null && !(name ?? '').toLowerCase().includes(filter.name.toLowerCase())) return false;
  return Object.entries(filter.labels).every(([key, value]) => labels[key] === value);
}

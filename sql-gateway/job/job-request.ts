import type { RequestSession } from '../query/statement-request.ts';
import type { JobSpec, JobStatement } from './job-spec.ts';

/** A job as it was asked for, checked for form only. */
export interface JobRequest {
  readonly user: string;
  /** By what right; left out for everything. */
  readonly right?: JobSpec['right'];
  readonly name: string | null;
  readonly statements: readonly JobStatement[];
  readonly session: RequestSession;
  readonly timeoutMs: number | null;
  /** Left out for the usual one. */
  readonly retry?: JobSpec['retry'];
  /** Left out for none. */
  readonly parameters?: JobSpec['parameters'];
  /** Left out for none. */
  readonly labels?: JobSpec['labels'];
  /** Left out for the usual one. */
  readonly priority?: JobSpec['priority'];
  readonly idempotencyKey: string | null;
}

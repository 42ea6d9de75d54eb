import { createHash } from 'node:crypto';
import type { JobRequest } from './job-request.ts';

/** Returns what tells a request under an idempotency key from those of all users; null for one without a key. */
export function keyOf({ user, idempotencyKey }: Pick<JobRequest, 'user' | 'idempotencyKey'>): string | null {
  return idempotencyKey === null ? null : JSON.stringify([user, idempotencyKey]);
}

/** Returns a digest of what a request wants done. What is left out adds nothing: keys of jobs of earlier versions keep their meaning. */
export function digestOf({ name, statements, session, timeoutMs, retry, parameters, labels, priority }: JobRequest): string {
  const later = labels === undefined && priority === undefined ? [] : [{ labels, priority }];
  const added = retry === undefined && parameters === undefined && later.length === 0 ? [] : [retry, parameters, ...later];
  return createHash('sha256')
    .update(JSON.stringify([name, statements, session, timeoutMs, ...added]))
    .digest('hex');
}

import type { RequestSession } from '../query/statement-request.ts';
import type { StatementResult } from './journal-entry.ts';

/** Returns the session that holds after the statements of a job that are done: each SET holds for those after it. */
export function sessionAfter(session: RequestSession, committed: readonly Pick<StatementResult, 'sessionChange'>[]): RequestSession {
  return committed.reduce((current, { sessionChange }) => {
    if (sessionChange === null) return current;
    const { name, value } = sessionChange;
    return { ...current, [name]: name === 'timeoutMs' && value !== null ? Number(value) : value };
  }, session);
}

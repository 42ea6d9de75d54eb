import type { RequestSession } from '../query/statement-request.ts';
import type { StatementResult } from './journal-entry.ts';

/** Returns the session that holds after statements of a job: each SET holds for those that come after it. */
export function sessionAfter(session: RequestSession, preceding: readonly Pick<StatementResult, 'sessionChange'>[]): RequestSession {
  return preceding.reduce((current, { sessionChange }) => {
    if (sessionChange === null) return current;
    const { name, value } = sessionChange;
    return { ...current, [name]: name === 'timeoutMs' && value !== null ? Number(value) : value };
  }, session);
}

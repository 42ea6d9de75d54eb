import { assert } from '../../spi/index.ts';
import { expandExecute } from '../query/prepared-statements.ts';
import type { RequestSession, StatementRequest } from '../query/statement-request.ts';
import { callerOf, type JobSpec, placedText } from './job-spec.ts';
import { branchOf } from './publish-step.ts';
import { statementParameters } from './statement-parameters.ts';

/** Returns the request that a statement of a job is, for a session and under a key. */
export function requestOfStatement(
  { statements, parameters = {}, ...who }: Pick<JobSpec, 'user' | 'right' | 'statements' | 'parameters'>,
  statement: number,
  session: RequestSession,
  idempotencyKey: string | null,
): StatementRequest {
  const placed = statements[statement - 1];
  assert(placed !== undefined, `the job has a statement ${String(statement)}`);
  const branch = branchOf(placed, session);
  const request = expandExecute({
    sql: placedText(placed),
    parameters: statementParameters(placed.sql, parameters),
    session,
    timeoutMs: null,
    principal: callerOf(who),
    idempotencyKey,
  });
  return branch === null ? request : { ...request, branch };
}

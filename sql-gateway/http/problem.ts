import { ERROR_CODES, type PlatformError } from '../../spi/index.ts';

/** Media type of error answers. */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** The body of an error answer.
 *  @see RFC 9457 */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly retryable: boolean;
  readonly line?: number;
  readonly column?: number;
  readonly hint?: string;
  readonly queryId?: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Returns the body for an error. What went wrong inside is not told, only where the log has it. */
export function toProblem(error: PlatformError, queryId: string | null): Problem {
  const inside = error.code === 'INTERNAL_INVARIANT';
  return {
    type: `urn:trivium:error:${error.code}`,
    title: ERROR_CODES[error.code].summary,
    status: error.httpStatus,
    detail: inside ? 'The server failed in a way it should not; its log has the details.' : error.message,
    code: error.code,
    retryable: error.retryable,
    ...(error.location === undefined ? {} : { line: error.location.line, column: error.location.column }),
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    ...(queryId === null ? {} : { queryId }),
    ...(inside || Object.keys(error.details).length === 0 ? {} : { details: error.details }),
  };
}

/** Returns the headers that go with an error beside its body. */
export function problemHeaders(error: PlatformError): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { 'content-type': PROBLEM_MEDIA_TYPE };
  if (error.code === 'AUTH_REQUIRED') headers['www-authenticate'] = 'Bearer realm="trivium"';
  if (error.httpStatus === 429 || error.httpStatus === 503) headers['retry-after'] = '1';
  return headers;
}

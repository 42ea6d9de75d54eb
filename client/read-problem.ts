import { ERROR_CODES, type ErrorCode, PlatformError, type SourceLocation } from '../spi/index.ts';

/** The body of an error answer. Source: RFC 9457. */
export interface Problem {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly line?: number;
  readonly column?: number;
  readonly hint?: string;
  readonly retryable?: boolean;
}

/** What a server says went wrong. */
export interface ServerProblem {
  readonly error: PlatformError;
  /** The server's own word, also for codes that this client does not know. */
  readonly retryable: boolean;
}

/** Reads an error answer, the server's or that of something between it and the client. */
export async function readProblem(response: Response): Promise<ServerProblem> {
  const text = await response.text();
  if (response.headers.get('content-type')?.includes('json') !== true) {
    const error = new PlatformError('REQUEST_INVALID', `the server answered ${String(response.status)}: ${text.slice(0, 200)}`);
    return { error, retryable: false };
  }
  const problem = JSON.parse(text) as Problem;
  return { error: toError(problem), retryable: problem.retryable ?? false };
}

/** Returns the error that a problem tells of. */
export function toError({ code, title, detail, line, column, hint }: Problem): PlatformError {
  const known: ErrorCode = code !== undefined && Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : 'REQUEST_INVALID';
  const location: SourceLocation | undefined = line === undefined ? undefined : { line, column: column ?? 1, offset: 0, length: 0 };
  return new PlatformError(known, detail ?? title ?? known, { location, hint });
}

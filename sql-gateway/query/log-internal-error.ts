import type { Logger, PlatformError } from '../../spi/index.ts';

/** Logs an error that is our own fault, with what users are not told; leaves all others to the log of statements. Returns whether it did. */
export function logInternalError(error: PlatformError, queryId: string | null, log: Logger): boolean {
  if (error.kind !== 'internal') return false;
  const cause = error.cause instanceof Error ? error.cause.stack : undefined;
  log.error({ queryId, code: error.code, stack: error.stack, cause }, error.message);
  return true;
}

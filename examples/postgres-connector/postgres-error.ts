import { PlatformError } from '../../spi/index.ts';

/** Returns what PostgreSQL or the way to it says as a coded error. Classes 22 and 23 are about values: out of range, NOT NULL, keys that are there. */
export function postgresError(catalog: string, error: unknown): PlatformError {
  if (error instanceof PlatformError) return error;
  const { message: reason = String(error), code } = error as { readonly message?: string; readonly code?: unknown };
  const isValue = typeof code === 'string' && /^2[23][0-9A-Z]{3}$/.test(code);
  const message = `PostgreSQL (catalog '${catalog}') says: ${reason}`;
  return new PlatformError(isValue ? 'SQL_INVALID_VALUE' : 'CONNECTOR_FAILED', message, { cause: error });
}

import { PlatformError } from '../../spi/index.ts';
import type { BoundStatement } from '../../sql/bind/index.ts';

/** Makes the error of a statement that is understood, and that no part of the platform carries out yet. */
export function refusal({ what, hint, details }: Extract<BoundStatement, { kind: 'refused' }>): PlatformError {
  return new PlatformError('SQL_UNSUPPORTED', `${what} is understood, but nothing here carries it out yet.`, { hint, details });
}

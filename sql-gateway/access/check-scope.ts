import { PlatformError } from '../../spi/index.ts';
import type { BoundStatement } from '../../sql/bind/index.ts';
import type { Caller, Scope } from './caller.ts';

/** Checks that the caller's token is made for this.
 *  @throws AUTH_FORBIDDEN */
export function checkScope({ scopes }: Caller, needed: Scope, what: string): void {
  if (scopes.includes(needed)) return;
  throw new PlatformError('AUTH_FORBIDDEN', `${what} needs a token of the scope '${needed}'; yours has ${scopes.join(', ')}.`, {
    hint: `An administrator makes one with: trivium token create --scope ${[...scopes, needed].join(',')}`,
  });
}

/** Returns the scope that a token needs to run a statement. What is only explained is only read. */
export function scopeOf(statement: BoundStatement): Scope {
  switch (statement.kind) {
    case 'query':
    case 'explain':
    case 'set':
    case 'prepare':
    case 'deallocate':
    case 'transaction':
    case 'refused':
      return 'read';
    case 'access':
    case 'alter_route':
    case 'clear_engine':
      return 'admin';
    default:
      return 'write';
  }
}

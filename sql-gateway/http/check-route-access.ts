import { PlatformError } from '../../spi/index.ts';
import type { AccessStore } from '../access/access-store.ts';
import type { Caller } from '../access/caller.ts';
import { checkScope } from '../access/check-scope.ts';
import { rightsOf } from '../access/rights.ts';
import type { Route } from './route.ts';

/** Decides whether somebody may call an endpoint at all.
 *  @throws AUTH_FORBIDDEN */
export type CheckRoute = (route: Pick<Route, 'access' | 'method' | 'path'>, caller: Caller) => Promise<void>;

/** Creates the decision over the stored privileges. */
export function createRouteCheck(store: Pick<AccessStore, 'current'>): CheckRoute {
  return async ({ access, method, path }, caller) => {
    if (access === 'open' || access === 'user') return;
    checkScope(caller, access, `${method} ${path}`);
    if (access === 'write' || caller.administrator || rightsOf(await store.current(), caller).administrator) return;
    throw new PlatformError('AUTH_FORBIDDEN', `${method} ${path} is for administrators, and ${caller.user} is none.`, {
      hint: 'An administrator may GRANT administrator to you.',
    });
  };
}

import type { CheckRoute } from './check-route-access.ts';
import type { HttpExchange } from './route.ts';

/** The parameter that names a user, as OpenAPI has it. */
export const USER_PARAMETER = {
  name: 'user',
  in: 'query',
  description: 'Whose statements; your own when left out. Those of others are for administrators.',
  schema: { type: 'string' },
} as const;

/** Returns whose statements a request is about: the caller's own, or those of the user that an administrator names.
 *  @throws AUTH_FORBIDDEN */
export async function askedUser({ request, query, principal }: HttpExchange, checkRoute: CheckRoute): Promise<string> {
  const { user } = query;
  if (user === undefined || user === principal.user) return principal.user;
  await checkRoute(
    { access: 'admin', method: request.method as 'GET' | 'DELETE', path: `${request.routeOptions.url ?? ''}?user=` },
    principal,
  );
  return user;
}

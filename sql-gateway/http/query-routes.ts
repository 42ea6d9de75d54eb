import { PlatformError } from '../../spi/index.ts';
import type { AuditLog } from '../access/audit-log.ts';
import type { QueryRecord, QueryRegistry } from '../query/query-registry.ts';
import { askedUser, USER_PARAMETER } from './asked-user.ts';
import type { CheckRoute } from './check-route-access.ts';
import { noteCancelled } from './note-cancelled.ts';
import type { HttpExchange, Route } from './route.ts';

/** What the endpoints for statements under way work with. */
export interface QueryRouteParts {
  readonly queries: QueryRegistry;
  readonly audit: AuditLog | null;
  readonly checkRoute: CheckRoute;
}

const QUERY_CONTENT = { 'application/json': { schema: { type: 'object' } } } as const;

/** Returns the endpoints that show and cancel the caller's own statements, and those of others to administrators. */
export function queryRoutes(parts: QueryRouteParts): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/queries',
      access: 'user',
      operation: {
        operationId: 'listQueries',
        summary: 'List your statements, newest first: all that run and the last ones that ended.',
        parameters: [USER_PARAMETER],
        responses: { 200: { description: 'The statements.', content: QUERY_CONTENT } },
      },
      handle: async (exchange) => ({ queries: parts.queries.list(await askedUser(exchange, parts.checkRoute)) }),
    },
    {
      method: 'GET',
      path: '/v1/queries/{id}',
      access: 'user',
      operation: {
        operationId: 'getQuery',
        summary: 'Show one of your statements.',
        parameters: [USER_PARAMETER],
        responses: { 200: { description: 'The statement.', content: QUERY_CONTENT } },
      },
      handle: async (exchange) => (await findQuery(exchange, parts)).info,
    },
    {
      method: 'DELETE',
      path: '/v1/queries/{id}',
      access: 'user',
      operation: {
        operationId: 'cancelQuery',
        summary: 'Cancel one of your statements. Cancelling one that has ended changes nothing.',
        parameters: [USER_PARAMETER],
        responses: { 200: { description: 'The statement.', content: QUERY_CONTENT } },
      },
      handle: async (exchange) => {
        const record = await findQuery(exchange, parts);
        record.cancel(new PlatformError('ENGINE_CANCELLED', 'The statement was cancelled on request.'));
        noteCancelled(record.info, exchange, parts.audit);
        return record.info;
      },
    },
  ];
}

async function findQuery(exchange: HttpExchange, { queries, checkRoute }: QueryRouteParts): Promise<QueryRecord> {
  const id = exchange.path['id'] ?? '';
  const record = queries.find(await askedUser(exchange, checkRoute), id);
  if (record === null) {
    throw new PlatformError('REQUEST_NOT_FOUND', `You have no statement '${id.slice(0, 100)}'.`, {
      hint: 'Statements that ended long ago are forgotten. Administrators name the user of others: ?user=',
    });
  }
  return record;
}

import { PlatformError } from '../../spi/index.ts';
import type { QueryRecord, QueryRegistry } from '../query/query-registry.ts';
import type { HttpExchange, Route } from './route.ts';

const QUERY_CONTENT = { 'application/json': { schema: { type: 'object' } } } as const;

/** Returns the endpoints that show and cancel the caller's own statements. */
export function queryRoutes(queries: QueryRegistry): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/v1/queries',
      access: 'user',
      operation: {
        operationId: 'listQueries',
        summary: 'List your statements, newest first: all that run and the last ones that ended.',
        responses: { 200: { description: 'The statements.', content: QUERY_CONTENT } },
      },
      handle: ({ principal }) => Promise.resolve({ queries: queries.list(principal.user) }),
    },
    {
      method: 'GET',
      path: '/v1/queries/{id}',
      access: 'user',
      operation: {
        operationId: 'getQuery',
        summary: 'Show one of your statements.',
        responses: { 200: { description: 'The statement.', content: QUERY_CONTENT } },
      },
      handle: (exchange) => Promise.resolve(findQuery(exchange, queries).info),
    },
    {
      method: 'DELETE',
      path: '/v1/queries/{id}',
      access: 'user',
      operation: {
        operationId: 'cancelQuery',
        summary: 'Cancel one of your statements. Cancelling one that has ended changes nothing.',
        responses: { 200: { description: 'The statement.', content: QUERY_CONTENT } },
      },
      handle: (exchange) => {
        const record = findQuery(exchange, queries);
        record.cancel(new PlatformError('ENGINE_CANCELLED', 'The statement was cancelled on request.'));
        return Promise.resolve(record.info);
      },
    },
  ];
}

function findQuery({ path, principal }: HttpExchange, queries: QueryRegistry): QueryRecord {
  const id = path['id'] ?? '';
  const record = queries.find(principal.user, id);
  if (record === null) {
    throw new PlatformError('REQUEST_NOT_FOUND', `You have no statement '${id.slice(0, 100)}'.`, {
      hint: 'Statements that ended long ago are forgotten.',
    });
  }
  return record;
}

import { type Catalog, PlatformError } from '../../spi/index.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { Caller } from '../access/caller.ts';
import { visibleStreams } from '../access/visible-streams.ts';
import type { StreamService } from '../stream/stream-service.ts';
import type { HttpExchange, Route } from './route.ts';

const STREAM_SCHEMA = {
  type: 'object',
  required: ['name', 'state', 'sources', 'checkpoint', 'rowsRead', 'lateRows', 'query'],
  properties: {
    name: { type: 'string' },
    state: { type: 'string', enum: ['starting', 'running', 'paused', 'failed'] },
    sources: { type: 'array', items: { type: 'string' } },
    checkpoint: { type: 'integer' },
    committedAtMs: { type: ['integer', 'null'] },
    rowsRead: { type: 'integer' },
    lateRows: { type: 'integer' },
    watermarkUs: { type: ['string', 'null'] },
    lag: { type: ['integer', 'null'] },
    error: { type: ['string', 'null'] },
    query: { type: 'string' },
  },
} as const;

/** What the endpoints for streams work with. */
export interface StreamRouteParts {
  readonly streams: Pick<StreamService, 'list'>;
  readonly access: AccessControl;
  readonly catalog: Catalog;
}

/** Returns the endpoints that show the streams behind materialized views. */
export function streamRoutes(parts: StreamRouteParts): readonly Route[] {
  const list = { type: 'object', required: ['streams'], properties: { streams: { type: 'array', items: STREAM_SCHEMA } } };
  return [
    {
      method: 'GET',
      path: '/v1/streams',
      access: 'user',
      operation: {
        operationId: 'listStreams',
        summary: 'List the streams that keep materialized views fresh.',
        responses: { 200: { description: 'The streams.', content: { 'application/json': { schema: list } } } },
      },
      handle: async ({ principal }) => ({ streams: await listSeen(principal, parts) }),
    },
    {
      method: 'GET',
      path: '/v1/streams/{schema}/{name}',
      access: 'user',
      operation: {
        operationId: 'getStream',
        summary: 'Show the stream of one materialized view.',
        responses: { 200: { description: 'The stream.', content: { 'application/json': { schema: STREAM_SCHEMA } } } },
      },
      handle: (exchange) => findStream(exchange, parts),
    },
  ];
}

async function listSeen(caller: Caller, { streams, access, catalog }: StreamRouteParts): ReturnType<StreamService['list']> {
  const all = await streams.list();
  const view = await access.open(caller, catalog);
  return view.rights === null ? all : visibleStreams(all, view.catalog);
}

async function findStream({ path, principal }: HttpExchange, parts: StreamRouteParts): Promise<unknown> {
  const name = `${path['schema'] ?? ''}.${path['name'] ?? ''}`;
  const found = (await listSeen(principal, parts)).find((stream) => stream.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  throw new PlatformError('REQUEST_NOT_FOUND', `No materialized view is called ${name}.`);
}

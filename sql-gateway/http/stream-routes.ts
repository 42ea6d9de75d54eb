import { PlatformError } from '../../spi/index.ts';
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

/** Returns the endpoints that show the streams behind materialized views. */
export function streamRoutes(streams: StreamService): readonly Route[] {
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
      handle: async () => ({ streams: await streams.list() }),
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
      handle: (exchange) => findStream(exchange, streams),
    },
  ];
}

async function findStream({ path }: HttpExchange, streams: StreamService): Promise<unknown> {
  const name = `${path['schema'] ?? ''}.${path['name'] ?? ''}`;
  const found = (await streams.list()).find((stream) => stream.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  throw new PlatformError('REQUEST_NOT_FOUND', `No materialized view is called ${name}.`);
}

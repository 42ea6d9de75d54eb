import { PlatformError } from '../../spi/index.ts';
import type { ResultCache } from '../cache/result-cache.ts';
import type { EngineRegistry } from '../engine/engine-registry.ts';
import type { Admission } from '../query/admission.ts';
import type { StreamService } from '../stream/stream-service.ts';
import type { SubmittedStatements } from '../statement/submitted-statements.ts';
import type { Metrics } from './metrics.ts';
import type { HttpExchange, Route } from './route.ts';

/** What the endpoints about the server itself work with. */
export interface ServerRouteParts {
  readonly engines: EngineRegistry;
  readonly metrics: Metrics;
  readonly admission: Admission;
  readonly cache: Pick<ResultCache, 'figures'>;
  readonly streams: Pick<StreamService, 'list'>;
  readonly submitted: Pick<SubmittedStatements, 'figures'>;
  /** Throws while no statements are taken. */
  readonly checkOpen: () => void;
  openApi(): unknown;
}

const JSON_CONTENT = { 'application/json': { schema: { type: 'object' } } } as const;

const TEXT_CONTENT = { 'text/plain': { schema: { type: 'string' } } } as const;

/** Returns the endpoints about the server itself. */
export function serverRoutes(parts: ServerRouteParts): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/healthz',
      access: 'open',
      operation: {
        operationId: 'getHealth',
        summary: 'Tell that the process lives.',
        responses: { 200: { description: 'It does.', content: JSON_CONTENT } },
      },
      handle: () => Promise.resolve({ status: 'ok' }),
    },
    {
      method: 'GET',
      path: '/readyz',
      access: 'open',
      operation: {
        operationId: 'getReadiness',
        summary: 'Tell whether statements are taken.',
        responses: { 200: { description: 'They are.', content: JSON_CONTENT } },
      },
      handle: () => tellReadiness(parts),
    },
    {
      method: 'GET',
      path: '/metrics',
      access: 'user',
      operation: {
        operationId: 'getMetrics',
        summary: 'Figures in the text format of Prometheus.',
        responses: { 200: { description: 'The figures.', content: TEXT_CONTENT } },
      },
      handle: (exchange) => sendMetrics(exchange, parts),
    },
    {
      method: 'GET',
      path: '/openapi.json',
      access: 'user',
      operation: {
        operationId: 'getOpenApi',
        summary: 'This description.',
        responses: { 200: { description: 'The description.', content: JSON_CONTENT } },
      },
      handle: () => Promise.resolve(parts.openApi()),
    },
  ];
}

async function tellReadiness({ engines, checkOpen }: ServerRouteParts): Promise<unknown> {
  checkOpen();
  const entries = await engines.status();
  if (entries.some(({ state, health }) => state === 'serving' && health.ready)) return { status: 'ready' };
  throw new PlatformError('INTERNAL_UNAVAILABLE', 'No engine is ready.');
}

async function sendMetrics({ reply }: HttpExchange, parts: ServerRouteParts): Promise<undefined> {
  const { metrics, admission, streams, cache, engines, submitted } = parts;
  const results = submitted.figures;
  const figures = { admission, streams: await streams.list(), cache: cache.figures, engines: await engines.status(), results };
  await reply.type('text/plain; version=0.0.4; charset=utf-8').send(metrics.render(figures));
  return undefined;
}

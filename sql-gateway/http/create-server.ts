import { createServer as createHttpServer, type RequestListener, type Server, STATUS_CODES } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import { type Logger, PlatformError } from '../../spi/index.ts';
import type { TlsIdentity } from '../gateway-config.ts';
import { logInternalError } from '../query/log-internal-error.ts';
import { problemHeaders, toProblem } from './problem.ts';
import { discardBody } from './read-body.ts';
import { ANYBODY } from './request-guard.ts';
import type { RequestGuard } from './request-guard.ts';
import type { CheckRoute } from './check-route-access.ts';
import type { HttpExchange, Route } from './route.ts';

declare module 'fastify' {
  interface FastifyRequest {
    queryId: string | null;
  }
}

/** Units: milliseconds in which a request's headers must have arrived, and between the looks for those that have not. */
const HEADERS_TIMEOUT_MS = 5000;
const CONNECTIONS_CHECK_MS = 1000;

/** Units: milliseconds that an idle connection is kept for the next request. */
const KEEP_ALIVE_MS = 72_000;

const ALLOWED_ORIGIN_HEADERS = {
  'access-control-allow-methods': 'GET, POST, DELETE',
  'access-control-allow-headers': 'authorization, content-type, content-encoding, accept, idempotency-key, prefer, x-trivium-client',
  'access-control-max-age': '600',
} as const;

/** What stands before the routes. */
export interface ServerParts {
  readonly guard: RequestGuard;
  readonly checkRoute: CheckRoute;
  readonly log: Logger;
  /** Left out for http. */
  readonly tls?: TlsIdentity;
}

const CONNECTION_OPTIONS = {
  headersTimeout: HEADERS_TIMEOUT_MS,
  connectionsCheckingInterval: CONNECTIONS_CHECK_MS,
  requireHostHeader: true,
  requestTimeout: 0,
} as const;

/** Creates the HTTP server over the routes; it does not listen yet.
 *  Guarantees: headers are awaited for a bounded time; after them neither a long upload nor a long silence ends a connection. */
export function createServer(routes: readonly Route[], { guard, checkRoute, log, tls }: ServerParts): FastifyInstance {
  const server = fastify({
    logger: false,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    return503OnClosing: false,
    routerOptions: { maxParamLength: 1024 },
    serverFactory: (handler) => listener(handler, tls),
    clientErrorHandler: answerClientError,
  });
  server.decorateRequest('queryId', null);
  server.removeAllContentTypeParsers();
  // Bodies are read by the handlers, under their own limits.
  server.addContentTypeParser('*', (_request, _payload, done) => {
    done(null);
  });
  server.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store', 'content-security-policy': "default-src 'none'" });
    const origin = guard.originOf(request.raw);
    if (origin === null) return;
    reply.headers({ 'access-control-allow-origin': origin, 'access-control-expose-headers': '*', vary: 'origin' });
    if (request.method === 'OPTIONS') await reply.code(204).headers(ALLOWED_ORIGIN_HEADERS).send();
  });
  for (const route of routes) addRoute(server, route, guard, checkRoute);
  server.setNotFoundHandler((request) => {
    throw new PlatformError('REQUEST_NOT_FOUND', `There is no endpoint ${request.method} ${request.url.slice(0, 200)}.`, {
      hint: 'GET /openapi.json describes all endpoints.',
    });
  });
  server.setErrorHandler((error, request, reply) => answerError(error, request, reply, log));
  return server;
}

function listener(handler: RequestListener, tls: TlsIdentity | undefined): Server {
  const server =
    tls === undefined
      ? createHttpServer(CONNECTION_OPTIONS, handler)
      : createHttpsServer({ ...CONNECTION_OPTIONS, ...secureContextOf(tls) }, handler);
  server.setTimeout(0);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return server;
}

/** Returns what the handshakes of an https server are done with. */
export function secureContextOf({ certificate, key }: TlsIdentity): { cert: string; key: string; minVersion: 'TLSv1.2' } {
  return { cert: certificate, key, minVersion: 'TLSv1.2' };
}

function addRoute(server: FastifyInstance, route: Route, guard: RequestGuard, checkRoute: CheckRoute): void {
  server.route({
    method: route.method,
    url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
    handler: async (request, reply) => {
      const principal = route.access === 'open' ? ANYBODY : await guard.admit(request.raw);
      await checkRoute(route, principal);
      const exchange: HttpExchange = {
        request,
        reply,
        principal,
        path: request.params as Readonly<Record<string, string>>,
        query: lastOfEach(request.query as Readonly<Record<string, string | string[]>>),
        setQueryId: (queryId) => {
          request.queryId = queryId;
        },
      };
      const answer = await route.handle(exchange);
      return answer === undefined ? reply : reply.send(answer);
    },
  });
}

function lastOfEach(query: Readonly<Record<string, string | string[]>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, Array.isArray(value) ? (value.at(-1) ?? '') : value]));
}

async function answerError(thrown: unknown, request: FastifyRequest, reply: FastifyReply, log: Logger): Promise<FastifyReply> {
  const error = toPlatformError(thrown);
  const { queryId } = request;
  if (!logInternalError(error, queryId, log)) log.debug({ queryId, code: error.code, method: request.method }, 'request refused');
  if (error.code !== 'RESOURCE_BODY_TOO_SLOW') await discardBody(request.raw);
  if (!request.raw.complete) reply.header('connection', 'close');
  if (queryId !== null) reply.header('trivium-query-id', queryId);
  return reply
    .code(error.httpStatus)
    .headers(problemHeaders(error))
    .send(Buffer.from(JSON.stringify(toProblem(error, queryId))));
}

/** The router's own errors are about the form of a request. */
function toPlatformError(thrown: unknown): PlatformError {
  if (thrown instanceof PlatformError) return thrown;
  const status = (thrown as { readonly statusCode?: unknown } | null)?.statusCode;
  const isRequest = typeof status === 'number' && status >= 400 && status < 500;
  return PlatformError.from(thrown, isRequest ? 'REQUEST_INVALID' : 'INTERNAL_INVARIANT');
}

/** Answers what is not even HTTP, so that no request was made of it. */
function answerClientError(error: Error & { readonly code?: string }, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const timedOut = error.code === 'ERR_HTTP_REQUEST_TIMEOUT';
  const problem = timedOut
    ? new PlatformError('RESOURCE_BODY_TOO_SLOW', `The request's headers did not arrive within ${String(HEADERS_TIMEOUT_MS)} ms.`)
    : new PlatformError('REQUEST_INVALID', `The request is not proper HTTP/1.1 (${error.code ?? 'unknown'}).`);
  const status = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : problem.httpStatus;
  const body = JSON.stringify({ ...toProblem(problem, null), status });
  const head = [
    `HTTP/1.1 ${String(status)} ${STATUS_CODES[status] ?? ''}`,
    ...Object.entries(problemHeaders(problem)).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${String(Buffer.byteLength(body))}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

import { PlatformError } from '../../spi/index.ts';
import { type EngineRegistry, formatState } from '../engine/engine-registry.ts';
import { readHostKind } from '../engine/host-kind.ts';
import type { EngineInstaller, InstallRequest } from '../engine/install/engine-installer.ts';
import { BODY_GRACE_MS_DEFAULT, type GatewayConfig } from '../gateway-config.ts';
import { ownHeaders } from './own-headers.ts';
import { readBody } from './read-body.ts';
import type { HttpExchange, Route } from './route.ts';
import { sendEngineTrace } from './send-engine-trace.ts';

/** What the endpoints for engines work with. */
export interface EngineRouteParts {
  readonly engines: EngineRegistry;
  /** Null where engines are those of the configuration. */
  readonly installer: EngineInstaller | null;
  readonly config: Pick<GatewayConfig, 'limits' | 'auth'>;
  /** Throws while nothing new is taken. */
  readonly checkOpen: () => void;
}

/** Units: bytes of a packed package. */
const PACKAGE_BYTES_MAX = 128 * 2 ** 20;

/** Units: MiB; below this an engine's process does not start. */
const MEMORY_MB_MIN = 256;

const JSON_CONTENT = { 'application/json': { schema: { type: 'object' } } } as const;

const LIST = { 200: { description: 'The engines.', content: JSON_CONTENT } } as const;

const INSTALL_OPERATION = {
  operationId: 'installEngine',
  summary: 'Install the engine of a package.',
  description:
    'The body is the package as npm packs it. With `canary` it runs beside the engine of its name and gets that share of its statements. Answers when it takes statements.',
  parameters: [
    { name: 'host', in: 'query', schema: { type: 'string', enum: ['process', 'worker', 'in-process'], default: 'process' } },
    { name: 'memoryMb', in: 'query', schema: { type: 'integer', minimum: MEMORY_MB_MIN } },
    { name: 'network', in: 'query', schema: { type: 'boolean', default: false } },
    { name: 'canary', in: 'query', description: 'Percent.', schema: { type: 'number', minimum: 0, maximum: 100 } },
    { name: 'check', in: 'query', schema: { type: 'boolean', default: false } },
    { name: 'config', in: 'query', description: 'JSON object.', schema: { type: 'string' } },
  ],
  requestBody: { required: true, content: { 'application/gzip': { schema: { type: 'string', format: 'binary' } } } },
  responses: { 201: { description: 'It takes statements.', content: JSON_CONTENT } },
} as const;

const TRACE_OPERATION = {
  operationId: 'traceEngine',
  summary: 'Follow what is said between the host and an engine.',
  description:
    'One message a line, until the reader leaves. Without `values` no literal, parameter, place of a file or text of an error is told.',
  parameters: [{ name: 'values', in: 'query', schema: { type: 'boolean', default: false } }],
  responses: { 200: { description: 'The messages.', content: { 'application/x-ndjson': { schema: { type: 'string' } } } } },
} as const;

/** Returns the endpoints that list, install and remove engines. */
export function engineRoutes(parts: EngineRouteParts): readonly Route[] {
  const change = (
    method: Route['method'],
    path: string,
    operation: Pick<Route['operation'], 'operationId' | 'summary'> & Readonly<Record<string, unknown>>,
    run: (installer: EngineInstaller, name: string, exchange: HttpExchange) => Promise<void>,
  ): Route => ({
    method,
    path,
    access: 'admin',
    operation: { ...operation, responses: LIST },
    handle: async (exchange) => {
      checkCaller(exchange, parts);
      await run(installerOf(parts), exchange.path['name'] ?? '', exchange);
      return listEngines(parts.engines);
    },
  });
  return [
    {
      method: 'GET',
      path: '/v1/engines',
      access: 'user',
      operation: { operationId: 'listEngines', summary: 'List the engines with what they can do and how they are.', responses: LIST },
      handle: () => listEngines(parts.engines),
    },
    {
      method: 'POST',
      path: '/v1/engines',
      access: 'admin',
      operation: INSTALL_OPERATION,
      handle: (exchange) => installEngine(exchange, parts),
    },
    {
      method: 'GET',
      path: '/v1/engines/{name}/trace',
      access: 'admin',
      operation: TRACE_OPERATION,
      handle: (exchange) => followEngine(exchange, parts),
    },
    change(
      'DELETE',
      '/v1/engines/{name}',
      { operationId: 'removeEngine', summary: 'Remove an installed engine, or its canary when there is one.' },
      (installer, name) => installer.remove(name),
    ),
    change(
      'POST',
      '/v1/engines/{name}/drain',
      { operationId: 'drainEngine', summary: 'End an engine, or its canary, after what it runs.' },
      (installer, name) => installer.drain(name),
    ),
    change(
      'POST',
      '/v1/engines/{name}/canary',
      {
        operationId: 'setCanary',
        summary: 'Give a canary another share.',
        parameters: [{ name: 'percent', in: 'query', required: true, schema: { type: 'number', minimum: 0, maximum: 100 } }],
      },
      (installer, name, { query }) => installer.setShare(name, readShare('percent', query['percent'] ?? '')),
    ),
    change(
      'POST',
      '/v1/engines/{name}/promote',
      { operationId: 'promoteEngine', summary: 'Put a canary in the place of its engine.' },
      (installer, name) => installer.promote(name),
    ),
  ];
}

async function listEngines(engines: EngineRegistry): Promise<unknown> {
  return { engines: (await engines.status()).map((status) => ({ ...status, state: formatState(status) })) };
}

/** What is asked for here runs as the server: no web page may ask for it, not even one of an allowed origin, and nobody without a token. */
function checkCaller({ request }: HttpExchange, { checkOpen, config }: EngineRouteParts): void {
  checkOpen();
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (origin !== undefined || site !== undefined) {
    throw new PlatformError('AUTH_ORIGIN', 'Engines are not changed by requests of web pages.', {
      hint: 'Use trivium engine, or a program of yours.',
    });
  }
  if (config.auth.mode === 'none') {
    throw new PlatformError('AUTH_FORBIDDEN', 'Engines are changed by the holder of a token only.', { hint: "Set auth.mode to 'token'." });
  }
}

async function followEngine(exchange: HttpExchange, parts: EngineRouteParts): Promise<undefined> {
  checkCaller(exchange, parts);
  const { reply, path, query } = exchange;
  const engine = (path['name'] ?? '').toLowerCase();
  parts.engines.check(engine);
  const values = readFlag('values', query['values']);
  const isOpen = (): boolean => {
    try {
      parts.checkOpen();
      return true;
    } catch {
      // A server that stops ends the stream; whoever follows sees that it is gone.
      return false;
    }
  };
  const headers = ownHeaders(reply);
  reply.hijack();
  await sendEngineTrace(reply.raw, headers, parts.engines.traces, { engine, values }, isOpen);
  return undefined;
}

async function installEngine(exchange: HttpExchange, parts: EngineRouteParts): Promise<unknown> {
  checkCaller(exchange, parts);
  const { request, reply, query } = exchange;
  const installer = installerOf(parts);
  const settings = readSettings(query);
  const { bodyBytesPerSecondMin, bodyGraceMs = BODY_GRACE_MS_DEFAULT } = parts.config.limits;
  const archive = await readBody(request.raw, {
    bytesMax: PACKAGE_BYTES_MAX,
    bytesPerSecondMin: bodyBytesPerSecondMin,
    graceMs: bodyGraceMs,
  });
  const manifest = await installer.install({ ...settings, archive });
  reply.code(201);
  return manifest;
}

function readSettings(query: HttpExchange['query']): Omit<InstallRequest, 'archive'> {
  const host = readHostKind(query['host'] ?? 'process', 'host');
  const { memoryMb, canary } = query;
  if (memoryMb !== undefined && !(/^\d{1,9}$/.test(memoryMb) && Number(memoryMb) >= MEMORY_MB_MIN)) {
    throw invalid('memoryMb', `a whole number of MiB, at least ${String(MEMORY_MB_MIN)}`);
  }
  if (memoryMb !== undefined && host === 'in-process') throw invalid('memoryMb', "given with host 'worker' or 'process'");
  const network = readFlag('network', query['network']);
  if (network && host !== 'process') throw invalid('network', "given with host 'process'");
  return {
    host,
    ...(memoryMb === undefined ? {} : { memoryMb: Number(memoryMb) }),
    ...(network ? { network } : {}),
    share: canary === undefined ? null : readShare('canary', canary),
    check: readFlag('check', query['check']),
    config: readConfig(query['config']),
  };
}

function readShare(name: string, text: string): number {
  const percent = /^\d{1,3}(\.\d{1,6})?$/.test(text) ? Number(text) : Infinity;
  if (percent > 100) throw invalid(name, 'a number of percent from 0 to 100');
  return percent / 100;
}

function readFlag(name: string, text: string | undefined): boolean {
  if (text !== undefined && text !== 'true' && text !== 'false') throw invalid(name, 'true or false');
  return text === 'true';
}

function readConfig(text: string | undefined): Readonly<Record<string, unknown>> {
  if (text === undefined) return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  } catch {
    // Said below, as for any other value.
  }
  throw invalid('config', 'a JSON object');
}

function installerOf({ installer }: EngineRouteParts): EngineInstaller {
  if (installer !== null) return installer;
  throw new PlatformError('REQUEST_NOT_FOUND', 'This server has the engines of its configuration only.');
}

function invalid(name: string, expected: string): PlatformError {
  return new PlatformError('REQUEST_INVALID', `The parameter '${name}' must be ${expected}.`);
}

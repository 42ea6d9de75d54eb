import { afterEach, describe, expect, it } from 'vitest';
import { type Engine, PlatformError } from '../../spi/index.ts';
import { createMemoryEngine, type MemoryEngineOptions } from '../support/memory-engine.ts';
import { type MemoryGateway, startMemoryGateway } from '../support/memory-gateway.ts';

let gateway: MemoryGateway;

afterEach(() => gateway.close());

/** A gateway whose engine `memory` has a canary that gets every statement. */
async function startWithCanary(canary: MemoryEngineOptions): Promise<Engine> {
  gateway = await startMemoryGateway([{ name: 'memory' }]);
  const engine = createMemoryEngine(canary);
  gateway.engines.seat({ name: 'memory', version: '2.0.0', origin: 'installed', share: 1 }).serve(engine);
  return engine;
}

/** Runs a query; returns its answer and what the server's own table says of who gave it. */
async function ask(): Promise<readonly unknown[]> {
  const response = await gateway.sql('SELECT /*+ NO_CACHE */ 7 AS n');
  const queryId = response.headers.get('trivium-query-id') ?? '';
  const body = (await response.json()) as { readonly data?: unknown; readonly code?: string };
  const info = (await (await gateway.call(`/v1/queries/${queryId}`)).json()) as Record<string, unknown>;
  return [body.data ?? body.code, info['engineVersion'], info['failedEngines']];
}

describe('a statement of a canary', () => {
  it('is answered by it', async () => {
    await startWithCanary({});
    expect(await ask()).toEqual([[[7]], '2.0.0', []]);
  });

  it.each<[string, MemoryEngineOptions]>([
    ['refuses to estimate', { refusal: 'not this one' }],
    ['fails to prepare', { prepareError: new PlatformError('ENGINE_FAILED', 'broken') }],
    ['fails for a reason that is said to be the user’s', { prepareError: new PlatformError('SQL_OVERFLOW', 'not true') }],
    ['fails before its first row', { streamError: { afterBatches: 0, error: new PlatformError('ENGINE_FAILED', 'broken') } }],
  ])('is answered by the engine that serves when the canary %s', async (_, options) => {
    await startWithCanary(options);
    const failed = options.refusal === undefined ? ['memory 2.0.0'] : [];
    expect(await ask()).toEqual([[[7]], '1.0.0', failed]);
    expect(gateway.engines.engines.map(({ version }) => version)).toEqual(['1.0.0']);
  });

  it('teaches the router nothing about the engine whose name it has', async () => {
    await startWithCanary({});
    await ask();
    const routing = (await (await gateway.sql('SELECT runs FROM system.routing')).json()) as { readonly data: unknown };
    expect(routing.data).toEqual([]);
  });
});

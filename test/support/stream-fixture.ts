import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { assert, type NewColumn } from '../../spi/index.ts';
import { bindStatement } from '../../sql/bind/index.ts';
import { parseStatement } from '../../sql/parse/index.ts';
import * as product from '../../sql-gateway/stream/stream-service.ts';
import type { StreamStatus } from '../../sql-gateway/stream/stream-status.ts';
import { createKeepingViewEngine, type KeepingViewEngine } from './keeping-view-engine.ts';
import { createMemoryStreamWorld, type MemoryStreamWorld } from './memory-stream-world.ts';
import { createSilentLog } from './silent-log.ts';

type Module = typeof product;

/** Columns of the table `t` that the fixture begins with. */
export const STREAM_COLUMNS: readonly NewColumn[] = [
  { name: 'k', type: { kind: 'varchar' }, nullable: true },
  { name: 'n', type: { kind: 'bigint' }, nullable: true },
];

/** Streams over tables in memory. */
export interface StreamFixture {
  readonly world: MemoryStreamWorld;
  readonly engine: KeepingViewEngine;
  /** Folder of the state files. */
  readonly directory: string;
  /** Opens a service as a server does at its start; that of a mutant when one is given. */
  open(module?: Module): product.StreamService;
  define(service: product.StreamService, text: string): Promise<string>;
  /** What is known about the first stream. */
  status(service: product.StreamService): Promise<StreamStatus | undefined>;
  /** Waits until the first stream has committed all that is there. */
  caughtUp(service: product.StreamService): Promise<void>;
  close(): void;
}

/** Makes a world with the empty table `t`, and no streams. */
export function openStreamFixture(): StreamFixture {
  const world = createMemoryStreamWorld();
  world.create('t', STREAM_COLUMNS);
  const engine = createKeepingViewEngine();
  const directory = mkdtempSync(join(tmpdir(), 'streams-'));
  const registered = { name: 'keeping', version: '1', engine };
  const engines = { engines: [registered], get: () => registered } as unknown as Parameters<Module['createStreamService']>[0]['engines'];
  const status: StreamFixture['status'] = async (service) => (await service.list())[0];
  return {
    world,
    engine,
    directory,
    open: (module = product) =>
      module.createStreamService({ ...world, engines, log: createSilentLog(), streamsDirectory: directory, checkpointIntervalMs: 1 }),
    define: async (service, text) => {
      const statement = await bindStatement(parseStatement(text), {
        text,
        catalog: world.catalog,
        principal: { user: 'ada' },
        schema: 'main',
        timeZone: 'UTC',
        startedAtUs: '0',
        parameters: [],
        virtualRelation: () => Promise.resolve(null),
      });
      assert(statement.kind === 'create_materialized_view', text);
      return service.create(statement);
    },
    status,
    caughtUp: (service) =>
      vi.waitFor(async () => {
        expect(await status(service)).toMatchObject({ state: 'running', lag: 0 });
      }, 5000),
    close: () => {
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

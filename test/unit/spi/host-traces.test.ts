import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { helloPlugin } from '../../../examples/hello-engine/hello-plugin.ts';
import type { Engine, EnginePlugin } from '../../../spi/index.ts';
import { type HostTrace, replayTrace, type TracedStatement } from '../../support/host-trace.ts';
import { createSilentLog } from '../../support/silent-log.ts';

const FOLDER = fileURLToPath(new URL('../../fixture/spi/', import.meta.url));

const HOST = { log: createSilentLog(), spoolDirectory: '/spool', dataDirectory: '/warehouse' };

const traces = readdirSync(FOLDER).map((name) => JSON.parse(readFileSync(FOLDER + name, 'utf8')) as HostTrace);
const newest = traces.at(-1);

/** The example engine, changed as a careless edit would. */
function mutant(change: (engine: Engine) => Partial<Engine>): EnginePlugin {
  return {
    ...helloPlugin,
    create: async (config, host) => {
      const engine = await helloPlugin.create(config, host);
      return { ...engine, ...change(engine) };
    },
  };
}

describe('what a host of a released SPI version said', () => {
  it('is kept', () => {
    expect(newest?.statements.length).toBeGreaterThan(5);
  });

  it.each(traces.map((trace) => [trace.spi, trace] as const))('%s is answered today as it was then', async (_, trace) => {
    expect(await replayTrace(trace, helloPlugin, HOST)).toEqual([]);
  });

  it.each<[string, EnginePlugin]>([
    [
      'gives columns without a field',
      mutant((engine) => ({
        prepare: async (query) => {
          const prepared = await engine.prepare(query);
          return { ...prepared, columns: prepared.columns.map(({ name, type }) => ({ name, type })) as never };
        },
      })),
    ],
    [
      'estimates without a field',
      mutant((engine) => ({
        estimate: async (query) => ({ ...(await engine.estimate(query)), rows: undefined }) as never,
      })),
    ],
    [
      'refuses with another code',
      mutant((engine) => ({
        estimate: async (query) => ({ ...(await engine.estimate(query)), code: 'ENGINE_FAILED' }) as never,
      })),
    ],
    [
      'loses a frame',
      mutant((engine) => ({
        prepare: async (query) => {
          const prepared = await engine.prepare(query);
          const execute: typeof prepared.execute = (run) => ({ frames: allButOne(prepared.execute(run).frames) });
          return { ...prepared, execute };
        },
      })),
    ],
  ])('is not answered so by an engine that %s', async (_, plugin) => {
    expect(await replayTrace(newest as HostTrace, plugin, HOST)).not.toEqual([]);
  });

  it.each<[string, (statement: TracedStatement) => object]>([
    ['the plan of its columns', ({ query }) => ({ query: { ...query, plan: { root: query.plan.root, version: query.plan.version } } })],
    ['the residual of its scans', ({ plans }) => ({ plans: plans.map((plan) => ({ ...plan, residual: null })) })],
    ['the rows of its scans', ({ plans }) => ({ plans: plans.map(({ splits, residual }) => ({ splits, residual })) })],
    ['the files of its scans', ({ plans }) => ({ plans: plans.map((plan) => ({ ...plan, splits: plan.splits.slice(1) })) })],
  ])('is not answered so when the host loses %s', async (_, lose) => {
    const { statements, ...trace } = newest as HostTrace;
    const poorer = { ...trace, statements: statements.map((statement) => ({ ...statement, ...lose(statement) })) };
    expect(await replayTrace(poorer, helloPlugin, HOST)).not.toEqual([]);
  });
});

async function* allButOne(frames: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let count = 0;
  for await (const frame of frames) if ((count += 1) !== 2) yield frame;
}

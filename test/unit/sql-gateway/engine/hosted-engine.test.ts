import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Engine, Fragment, RunOptions, StagingArea, ViewEngine } from '../../../../spi/index.ts';
import type { EngineHostKind } from '../../../../sql-gateway/engine/host-kind.ts';
import { type EngineRegistry, loadEngines } from '../../../../sql-gateway/engine/index.ts';
import { call, col, filter, INTEGER, lit, plan, scan, values, VARCHAR } from '../../../support/plan-builder.ts';
import { bound, createParquetTables, type ParquetTables } from '../../../support/parquet-tables.ts';
import { collectRows, runOptions } from '../../../support/result-rows.ts';

const FAULTY = fileURLToPath(new URL('../../../prove/hosts/fixture/faulty-plugin.ts', import.meta.url));

let tables: ParquetTables;

beforeAll(async () => {
  tables = await createParquetTables();
  await tables.add('items', 'SELECT i::INTEGER AS id FROM range(3000) t(i)');
});

afterAll(async () => {
  await tables.close();
});

const start = (host: EngineHostKind, config: Record<string, unknown> = {}): Promise<EngineRegistry> =>
  loadEngines([{ module: FAULTY, config, host }], {
    tables: tables.host.tables,
    log: tables.host.log,
    spoolDirectory: tables.host.spoolDirectory,
    dataDirectory: tables.host.dataDirectory,
  });

const texts = (text: string) => bound(plan(values([[1, VARCHAR]], [[lit(text)]])));
const few = () => bound(plan(filter(scan('items', [[1, 'id', INTEGER]]), call('lt', [col(1), lit(3)]))));

async function rowsOf(engine: Engine, query = texts('none'), run: Partial<RunOptions> = {}): Promise<unknown> {
  const prepared = await engine.prepare(query);
  try {
    return await collectRows(prepared.execute({ ...runOptions(), ...run }));
  } finally {
    await prepared.close();
  }
}

/** Waits until the engine is up again. */
async function returned(engine: Engine): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if ((await engine.estimate(texts('none'))).kind === 'estimate') return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect.unreachable('the engine did not come back');
}

describe.each<EngineHostKind>(['in-process', 'worker', 'process'])('an engine in a host of kind %s', (kind) => {
  let registry: EngineRegistry;
  let engine: Engine;

  beforeAll(async () => {
    registry = await start(kind);
    engine = registry.get('faulty').engine;
  }, 120_000);

  afterAll(() => registry.close());

  test('declares what its plugin declares', () => {
    expect(engine.capabilities).toMatchObject({
      statements: ['query', 'write', 'view'],
      functions: expect.arrayContaining(['lt']) as unknown,
    });
  });

  test('reads tables by way of the server', async () => {
    expect(await engine.estimate(few())).toMatchObject({ kind: 'estimate', rows: 3000 });
    expect(await rowsOf(engine, few())).toEqual(await rowsOf(engine, few()));
    expect(await rowsOf(engine, few())).toHaveLength(3);
  });

  test('refuses with its own reason', async () => {
    const query = bound(plan(filter(scan('items', [[1, 'id', INTEGER]]), call('like', [col(1), lit('x')]))));
    expect(await engine.estimate(query)).toMatchObject({ kind: 'refusal', code: 'ENGINE_UNSUPPORTED' });
    await expect(engine.prepare(query)).rejects.toMatchObject({ code: 'ENGINE_UNSUPPORTED' });
  });

  test('stages rows in the area that it is given', async () => {
    const taken: number[] = [];
    const area: StagingArea = {
      fields: [],
      target: () => Promise.reject(new Error('not asked for')),
      append: async (task, attempt, frames) => {
        for await (const frame of frames) taken.push(frame.byteLength);
        return { task, attempt, files: [] } satisfies Fragment;
      },
    };
    expect(await engine.write(few(), area, runOptions())).toEqual([{ task: 'faulty', attempt: 1, files: [] }]);
    expect(taken.length).toBeGreaterThan(1);
  });

  test('is told that it is cancelled, and answers the next statement', async () => {
    const controller = new AbortController();
    const frames = (await engine.prepare(few())).execute({ ...runOptions(), signal: controller.signal }).frames[Symbol.asyncIterator]();
    await frames.next();
    await frames.return?.();
    expect(await rowsOf(engine)).toEqual([['none']]);
  });
});

describe.each<EngineHostKind>(['worker', 'process'])('a plugin in a host of kind %s', (kind) => {
  let registry: EngineRegistry;
  let engine: Engine;

  beforeAll(async () => {
    registry = await start(kind);
    engine = registry.get('faulty').engine;
  }, 120_000);

  afterAll(() => registry.close());

  test('that throws no error fails with a code', async () => {
    await expect(rowsOf(engine, texts('fault: throw'))).rejects.toMatchObject({
      code: 'ENGINE_FAILED',
      message: expect.stringContaining('only a text') as string,
    });
  });

  test.each(['crash', 'exit'])(
    'that meets its end by %s loses the statement and comes back',
    async (fault) => {
      await expect(rowsOf(engine, texts(`fault: ${fault}`))).rejects.toMatchObject({ code: 'ENGINE_LOST' });
      expect(await engine.estimate(texts('none'))).toMatchObject({ kind: 'refusal', code: 'ENGINE_UNAVAILABLE' });
      await returned(engine);
      expect(await rowsOf(engine)).toEqual([['none']]);
      expect((await engine.health()).details).toMatchObject({ host: kind });
    },
    60_000,
  );

  test('that ends over the question whether it keeps a view fresh refuses, as it does for an estimate', async () => {
    const { checkView } = engine as ViewEngine;
    const ask = () => checkView.call(engine, texts('fault: exit'), []);
    expect(await ask()).toMatchObject({ kind: 'refusal', code: 'ENGINE_UNAVAILABLE', reason: 'its process has ended' });
    expect(await ask()).toMatchObject({ kind: 'refusal', code: 'ENGINE_UNAVAILABLE' });
    await returned(engine);
  }, 60_000);

  test('answers right whether or not queries are made ready ahead of their choice', async () => {
    for (let turn = 0; turn < 12; turn += 1) {
      const [chosen, left] = [texts(`row ${String(turn)}`), few()];
      expect(await Promise.all([engine.estimate(chosen), engine.estimate(left)])).toMatchObject([
        { kind: 'estimate' },
        { kind: 'estimate' },
      ]);
      expect(await rowsOf(engine, chosen)).toEqual([[`row ${String(turn)}`]]);
      if (turn % 3 === 0) expect(await rowsOf(engine, left)).toHaveLength(3);
    }
  });

  test.each(['hang', 'deaf'])(
    'that does not heed its deadline (%s) is ended and comes back',
    async (fault) => {
      const run = { deadlineAtMs: Date.now() + 300 };
      await expect(rowsOf(engine, texts(`fault: ${fault}`), run)).rejects.toMatchObject({ code: 'RESOURCE_DEADLINE' });
      await expect.poll(() => engine.estimate(texts('none')).then(({ kind: answer }) => answer), { timeout: 10_000 }).toBe('refusal');
      await returned(engine);
      expect(await rowsOf(engine)).toEqual([['none']]);
    },
    60_000,
  );
});

test('a plugin that is an object cannot leave the process', async () => {
  const plugin = { name: 'object' } as never;
  const { tables: source, log, spoolDirectory, dataDirectory } = tables.host;
  await expect(
    loadEngines([{ module: plugin, config: {}, host: 'worker' }], { tables: source, log, spoolDirectory, dataDirectory }),
  ).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
});

test('a configuration that the plugin does not take is refused, wherever it runs', async () => {
  await expect(start('process', { speed: 1 })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
}, 60_000);

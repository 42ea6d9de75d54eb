import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import hello from '../../../examples/hello-engine/index.ts';
import type { EnginePlugin, PlanFeature } from '../../../spi/index.ts';
import { hasPassed, type KitReport, renderHtml, runKit } from '../../../tck/index.ts';

const run = (module: string | EnginePlugin, only?: readonly string[]): Promise<KitReport> =>
  runKit({ module, config: {}, level: 1, quick: true, seed: 1, ...(only === undefined ? {} : { only }) });

const failed = ({ checks }: KitReport): readonly string[] => checks.filter(({ status }) => status === 'failed').map(({ id }) => id);

describe('the kit', () => {
  test('finds nothing wrong with the shape of the hello engine', { timeout: 300_000 }, async () => {
    const report = await run(fileURLToPath(new URL('../../../examples/hello-engine/index.ts', import.meta.url)));
    expect(report.checks.flatMap(({ findings }) => findings)).toEqual([]);
    expect(report).toMatchObject({ engine: 'hello', level: 1 });
    expect(hasPassed(report)).toBe(true);
  });

  test('says what is wrong with a module that is no plugin', async () => {
    const report = await run(fileURLToPath(import.meta.url));
    expect(failed(report)).toEqual(['shape.start']);
    expect(report.checks[0]?.findings[0]?.seen).toMatch(/^SPI_INVALID_PLUGIN: /);
    expect(renderHtml(report)).toContain('SPI_INVALID_PLUGIN');
  });

  test('notices an engine that takes work after it was drained (mutant)', { timeout: 120_000 }, async () => {
    const mutant: EnginePlugin = {
      ...hello,
      create: async (config, host) => ({ ...(await hello.create(config, host)), drain: () => Promise.resolve() }),
    };
    expect(failed(await run(mutant, ['shape.lifecycle']))).toEqual(['shape.lifecycle']);
  });

  const declaring = (features: readonly PlanFeature[]): EnginePlugin => ({
    ...hello,
    create: async (config, host) => {
      const engine = await hello.create(config, host);
      return { ...engine, capabilities: { ...engine.capabilities, features } };
    },
  });

  test('takes a declared type, whose first word is no feature of its own', { timeout: 120_000 }, async () => {
    expect(failed(await run(declaring(['scan', 'type:timestamp_ns']), ['shape.capabilities']))).toEqual([]);
  });

  test('notices a kind of join declared without joins (mutant)', { timeout: 120_000 }, async () => {
    expect(failed(await run(declaring(['scan', 'join:inner']), ['shape.capabilities']))).toEqual(['shape.capabilities']);
  });
});

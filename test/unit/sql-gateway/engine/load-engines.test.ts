import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EnginePlugin, SPI_VERSION, type TableSource } from '../../../../spi/index.ts';
import { checkPlugin } from '../../../../sql-gateway/engine/load-plugin.ts';
import { loadEngines } from '../../../../sql-gateway/index.ts';
import { memoryEnginePlugin } from '../../../support/memory-engine.ts';
import { createSilentLog } from '../../../support/silent-log.ts';

const NO_TABLES = { plan: () => Promise.reject(new Error('none')) } as unknown as TableSource;

describe('the registry of engines', () => {
  let folder = '';
  const load = (module: string | EnginePlugin, config: Record<string, unknown> = {}) =>
    loadEngines([{ module, config }], {
      tables: NO_TABLES,
      log: createSilentLog(),
      spoolDirectory: join(folder, 'spool'),
      dataDirectory: folder,
    });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'engines-'));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('loads a plugin by its path', async () => {
    const path = join(folder, 'plugin.mjs');
    writeFileSync(
      path,
      `export default { name: 'file', version: '0.1.0', spi: '>=1.0.0 <2', configSchema: { type: 'object', properties: {} }, create: async () => ({ capabilities: {} }) };`,
    );
    expect((await load(path)).get('FILE').version).toBe('0.1.0');
  });

  it('says which module cannot be loaded', async () => {
    await expect(load(join(folder, 'missing.mjs'))).rejects.toMatchObject({ code: 'SPI_INVALID_PLUGIN' });
    await expect(load('no-such-package-of-ours')).rejects.toThrow(/no-such-package-of-ours/);
  });

  it('refuses a plugin for another SPI version and names both versions', async () => {
    await expect(load({ ...memoryEnginePlugin(), spi: '^2.0.0' })).rejects.toMatchObject({
      code: 'SPI_VERSION',
      message: expect.stringMatching(`\\^2\\.0\\.0.*${SPI_VERSION.replaceAll('.', '\\.')}`) as string,
    });
  });

  it.each([
    ['no object', null, /no default export/],
    ['no name', { ...memoryEnginePlugin(), name: 'Bad Name' }, /lower-case 'name'/],
    ['no version', { ...memoryEnginePlugin(), version: 'one' }, /'version'/],
    ['no range', { ...memoryEnginePlugin(), spi: 'soon' }, /'spi'/],
    ['no schema', { ...memoryEnginePlugin(), configSchema: {} }, /'configSchema'/],
    ['no create', { ...memoryEnginePlugin(), create: 1 }, /'create'/],
  ])('refuses a module with %s', (_, value, message) => {
    expect(() => checkPlugin(value, 'm')).toThrow(message);
  });

  it('refuses unknown configuration keys before the engine is created', async () => {
    const plugin = { ...memoryEnginePlugin(), create: () => Promise.reject(new Error('created')) };
    await expect(load(plugin, { speed: 1 })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('gives each engine a folder of its own, emptied at start', async () => {
    const own = join(folder, 'spool', 'memory');
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, 'left-over'), '');
    await load(memoryEnginePlugin());
    expect(existsSync(own)).toBe(true);
    expect(readdirSync(own)).toEqual([]);
  });

  it('closes the engines that were started when a later one fails', async () => {
    let closed = 0;
    const first = memoryEnginePlugin();
    const plugin: EnginePlugin = {
      ...first,
      create: async (config, host) => ({ ...(await first.create(config, host)), close: () => Promise.resolve(void (closed += 1)) }),
    };
    const entries = [
      { module: plugin, config: {} },
      { module: { ...first, name: 'second' }, config: { unknown: 1 } },
    ];
    const host = { tables: NO_TABLES, log: createSilentLog(), spoolDirectory: folder, dataDirectory: folder };
    await expect(loadEngines(entries, host)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(closed).toBe(1);
  });

  it('refuses an unknown kind of host before anything is loaded', async () => {
    const entry = { module: 'no-such-package-of-ours', config: {}, host: 'in-procss' as 'in-process' };
    const host = { tables: NO_TABLES, log: createSilentLog(), spoolDirectory: folder, dataDirectory: folder };
    await expect(loadEngines([entry], host)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/did you mean 'in-process'/) as string,
    });
  });

  it('names the nearest engine for a misspelt one', async () => {
    const engines = await load(memoryEnginePlugin({ name: 'olap' }));
    expect(() => engines.get('olpa')).toThrow(expect.objectContaining({ code: 'ENGINE_UNKNOWN', hint: "Did you mean 'olap'?" }) as Error);
  });
});

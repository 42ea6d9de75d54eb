import { describe, expect, it } from 'vitest';
import { type ConnectorPlugin, PlatformError } from '../../../../spi/index.ts';
import { connectorHealth, loadConnectors } from '../../../../sql-gateway/external/load-connectors.ts';
import { createMemoryConnector } from '../../../support/memory-connector.ts';
import { createSilentLog } from '../../../support/silent-log.ts';

const { plugin } = createMemoryConnector([]);
const log = createSilentLog();
const load = (catalog: string, module: string | ConnectorPlugin = plugin, config: object = {}): ReturnType<typeof loadConnectors> =>
  loadConnectors([{ catalog, module, config: { ...config } }], log);

describe('loading connectors', () => {
  it('starts each under the name of its catalog', async () => {
    const [first, second] = await loadConnectors(
      [
        { catalog: 'crm', module: plugin, config: {} },
        { catalog: 'erp', module: plugin, config: { password: 'p' } },
      ],
      log,
    );
    expect([first?.catalog, first?.name, second?.catalog]).toEqual(['crm', 'memory', 'erp']);
  });

  it.each(['', 'CRM', '1st', 'a-b', 'trivium', 'information_schema', 'system'])(
    "refuses '%s' as the name of a catalog",
    async (catalog) => {
      await expect(load(catalog)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    },
  );

  it('refuses two catalogs of one name, keys that the plugin does not know, and modules that are no connectors', async () => {
    const twice = [
      { catalog: 'crm', module: plugin, config: {} },
      { catalog: 'crm', module: plugin, config: {} },
    ];
    await expect(loadConnectors(twice, log)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(load('crm', plugin, { hots: 'x' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    await expect(load('crm', { ...plugin, spi: '^9.0.0' })).rejects.toMatchObject({ code: 'SPI_VERSION' });
    await expect(load('crm', { ...plugin, kind: 'engine' as never })).rejects.toMatchObject({ code: 'SPI_INVALID_PLUGIN' });
    await expect(load('crm', '/no/such/module.js')).rejects.toMatchObject({ code: 'SPI_INVALID_PLUGIN' });
  });

  it('never repeats a secret value', async () => {
    const error: unknown = await load('crm', plugin, { password: 12345 }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PlatformError);
    expect(String(error)).not.toContain('12345');
  });

  it('closes those that were started when one fails', async () => {
    const closed: string[] = [];
    const closing: ConnectorPlugin = {
      ...plugin,
      create: async (config, host) => ({
        ...(await plugin.create(config, host)),
        close: () => {
          closed.push(host.catalog);
          return Promise.resolve();
        },
      }),
    };
    const failing: ConnectorPlugin = { ...plugin, create: () => Promise.reject(new PlatformError('CONFIG_INVALID', 'no')) };
    const entries = [
      { catalog: 'one', module: closing, config: {} },
      { catalog: 'two', module: failing, config: {} },
    ];
    await expect(loadConnectors(entries, log)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(closed).toEqual(['one']);
  });

  it('one that cannot tell how it is is not ready', async () => {
    const [entry] = await load('crm', {
      ...plugin,
      create: async (config, host) => ({
        ...(await plugin.create(config, host)),
        health: () => Promise.reject(new PlatformError('CONNECTOR_UNAVAILABLE', 'far away')),
      }),
    });
    expect(await connectorHealth(entry as never)).toEqual({ ready: false, details: { error: 'far away' } });
  });
});

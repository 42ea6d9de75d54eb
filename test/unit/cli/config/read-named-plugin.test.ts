import { describe, expect, it } from 'vitest';
import { readNamedPlugin } from '../../../../cli/config/read-named-plugin.ts';

const read = (entry: Readonly<Record<string, unknown>>): ReturnType<typeof readNamedPlugin> =>
  readNamedPlugin('crm', entry, { CRM_PASSWORD: 'secret' }, 'connectors.crm');

describe('an entry of connectors or functions', () => {
  it('is a module and the keys of its plugin, with values of the environment', () => {
    expect(read({ module: './pg', host: 'db', port: 5433, password: { env: 'CRM_PASSWORD' } })).toEqual({
      name: 'crm',
      module: './pg',
      config: { host: 'db', port: 5433, password: 'secret' },
    });
  });

  it.each([
    [{ host: 'db' }, 'connectors.crm.module'],
    [{ module: '' }, 'connectors.crm.module'],
    [{ module: 5 }, 'connectors.crm.module'],
    [{ module: 'm', password: { env: 'NOT_SET' } }, 'NOT_SET is not set'],
    [{ module: 'm', password: { env: 5 } }, 'connectors.crm.password'],
    [{ module: 'm', password: { env: 'CRM_PASSWORD', more: 1 } }, 'connectors.crm.password'],
  ])('%j is refused with its place', (entry, place) => {
    expect(() => read(entry)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining(place) as unknown }) as Error,
    );
  });
});

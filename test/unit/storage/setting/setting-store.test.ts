import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTemporaryWarehouse, type TemporaryWarehouse } from '../fixture/open-warehouse.ts';

let temporary: TemporaryWarehouse;

beforeEach(async () => {
  temporary = await openTemporaryWarehouse();
});

afterEach(() => temporary.remove());

describe('settings', () => {
  it('are listed by prefix in order, and outlive a restart', async () => {
    const { settings } = temporary.warehouse;
    for (const [key, value] of [
      ['route/b', '2'],
      ['route/a', '{"engine":"olap"}'],
      ['routes', '3'],
      ['é/x', '4'],
    ] as const) {
      await settings.put(key, value);
    }
    await settings.put('route/b', '5');
    await temporary.reopen();
    const again = temporary.warehouse.settings;
    expect(await again.list('route/')).toEqual([
      { key: 'route/a', value: '{"engine":"olap"}' },
      { key: 'route/b', value: '5' },
    ]);
    expect((await again.list('')).map(({ key }) => key)).toEqual(['route/a', 'route/b', 'routes', 'é/x']);
    await again.put('route/a', null);
    await again.put('never there', null);
    expect(await again.list('route/')).toHaveLength(1);
  });

  it('have keys of limited length', async () => {
    const { settings } = temporary.warehouse;
    await expect(settings.put('', '1')).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    await expect(settings.put('k'.repeat(501), '1')).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    await settings.put('k'.repeat(500), '1');
  });
});

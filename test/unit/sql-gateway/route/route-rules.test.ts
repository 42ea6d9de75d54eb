import { describe, expect, it } from 'vitest';
import { PlatformError } from '../../../../spi/index.ts';
import type { EngineRegistry } from '../../../../sql-gateway/index.ts';
import { openRouteRules } from '../../../../sql-gateway/route/route-rules.ts';
import { createMemorySettingStore } from '../../../support/memory-setting-store.ts';
import { createSilentLog } from '../../../support/silent-log.ts';

function enginesOf(...names: readonly string[]): EngineRegistry {
  const get = (name: string): unknown => {
    if (!names.includes(name)) throw new PlatformError('ENGINE_UNKNOWN', `No engine is called '${name}'.`);
    return {};
  };
  return { check: get } as unknown as EngineRegistry;
}

const rule = (name: string, engine: string) => ({ name, when: [], policy: 'strict', engines: [engine], views: true }) as const;

describe('rules made by SQL', () => {
  it('are there again, in their order, when the server starts anew', async () => {
    const settings = createMemorySettingStore();
    const parts = { settings, engines: enginesOf('a', 'b'), log: createSilentLog() };
    const rules = await openRouteRules([], parts);
    for (const name of ['z', 'y', 'x']) await rules.put(rule(name, 'a'));
    await rules.put(rule('Z', 'b'));
    await rules.drop('y');
    const again = await openRouteRules([], parts);
    expect(again.list().map(({ name, engines }) => [name, ...engines])).toEqual([
      ['Z', 'b'],
      ['x', 'a'],
    ]);
    expect(again.list()).toEqual(rules.list());
  });

  it('that name an engine which is gone are left out, and told in the log', async () => {
    const settings = createMemorySettingStore();
    await (await openRouteRules([], { settings, engines: enginesOf('a'), log: createSilentLog() })).put(rule('r', 'a'));
    const log = createSilentLog();
    const rules = await openRouteRules([], { settings, engines: enginesOf('b'), log });
    expect(rules.list()).toEqual([]);
    expect(log.lines).toMatchObject([{ level: 'warn', fields: { rule: 'r' } }]);
  });
});

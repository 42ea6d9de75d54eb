import { describe, expect, it } from 'vitest';
import type { FunctionPlugin } from '../../../../spi/index.ts';
import { checkPlugin } from '../../../../sql-gateway/engine/index.ts';
import { loadFunctions } from '../../../../sql-gateway/function/load-functions.ts';
import { createSilentLog } from '../../../support/silent-log.ts';

const PLUGIN: FunctionPlugin = {
  kind: 'functions',
  name: 'numbers',
  version: '1.0.0',
  spi: '^1.2.0',
  configSchema: { type: 'object', properties: { factor: { type: 'integer', description: 'The factor.', default: 2 } } },
  create: ({ factor }) =>
    Promise.resolve([
      {
        name: 'times',
        kind: 'scalar',
        parameters: ['x'],
        signatures: ['bigint -> bigint'],
        nulls: 'propagate',
        determinism: 'immutable',
        description: 'A number of times x.',
        sql: `x * ${String(factor)}`,
      },
    ]),
};

const load = (changes: object, config: object = {}, namespace = 'n'): ReturnType<typeof loadFunctions> =>
  loadFunctions([{ namespace, module: { ...PLUGIN, ...changes }, config: { ...config } }], createSilentLog());

describe('a set of functions', () => {
  it('is found under its namespace and no other, as its configuration says', async () => {
    const functions = await load({}, { factor: 3 });
    expect(functions.find('n', 'times')).toMatchObject({ body: { text: 'x * 3' }, origin: 'numbers 1.0.0' });
    expect(functions.find('numbers', 'times')).toBeNull();
    expect(functions.list().map(({ definition }) => definition.name)).toEqual(['n.times']);
  });

  it('may be there under two namespaces, each with its own configuration', async () => {
    const entries = [2, 5].map((factor) => ({ namespace: `n${String(factor)}`, module: PLUGIN, config: { factor } }));
    const functions = await loadFunctions(entries, createSilentLog());
    expect(functions.find('n2', 'times')?.body.text).toBe('x * 2');
    expect(functions.find('n5', 'times')?.body.text).toBe('x * 5');
  });

  it('has a namespace of its own', async () => {
    const entry = { namespace: 'n', module: PLUGIN, config: {} };
    await expect(loadFunctions([entry, entry], createSilentLog())).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it.each<[object, string, string]>([
    [{ spi: '^2.0.0' }, 'SPI_VERSION', "Set of functions 'numbers'"],
    [{ spi: 'soon' }, 'SPI_INVALID_PLUGIN', 'semver range'],
    [{ kind: 'connector' }, 'SPI_INVALID_PLUGIN', "which is 'functions'"],
    [{ create: () => Promise.resolve({}) }, 'SPI_INVALID_PLUGIN', 'no list of functions'],
    [{ create: () => Promise.resolve([null]) }, 'SPI_INVALID_PLUGIN', 'no list of functions'],
  ])('with %j is refused with %s', async (changes, code, message) => {
    await expect(load(changes)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
  });

  it('takes no keys that it does not know', async () => {
    const message = expect.stringContaining("did you mean 'factor'") as string;
    await expect(load({}, { facto: 1 })).rejects.toMatchObject({ code: 'CONFIG_INVALID', message });
  });

  it('is no engine', () => {
    expect(() => checkPlugin(PLUGIN, 'numbers')).toThrow("name it under 'functions'");
  });
});

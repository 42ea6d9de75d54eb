import { describe, expect, it } from 'vitest';
import type { ConfigSchema } from '../../../../spi/index.ts';
import { validateConfig } from '../../../../sql-gateway/engine/validate-config.ts';

const SCHEMA: ConfigSchema = {
  type: 'object',
  required: ['url'],
  properties: {
    url: { type: 'string', description: 'where' },
    threads: { type: 'integer', description: 'how many', default: 2, minimum: 1, maximum: 8 },
    share: { type: 'number', description: 'how much', default: 0.5 },
    mode: { type: 'string', description: 'how', default: 'fast', enum: ['fast', 'safe'] },
    verbose: { type: 'boolean', description: 'whether', default: false },
  },
};

const check = (given: Record<string, unknown>) => () => validateConfig("engine 'x'", given, SCHEMA);

describe('configuration of an engine', () => {
  it('fills in the defaults of keys that are not given', () => {
    expect(validateConfig("engine 'x'", { url: 'a', threads: 3 }, SCHEMA)).toEqual({
      url: 'a',
      threads: 3,
      share: 0.5,
      mode: 'fast',
      verbose: false,
    });
  });

  it('refuses an unknown key and names the nearest one', () => {
    expect(check({ url: 'a', thraeds: 1 })).toThrow(/'thraeds'; did you mean 'threads'/);
  });

  it('lists the keys when none is near', () => {
    expect(check({ url: 'a', colour: 1 })).toThrow(/'url', 'threads'/);
  });

  it('refuses a value of another type, outside of the range, or not in the list', () => {
    expect(check({ url: 'a', threads: '3' })).toThrow(/must be of type integer, not string/);
    expect(check({ url: 'a', threads: 1.5 })).toThrow(/must be of type integer/);
    expect(check({ url: 'a', threads: 9 })).toThrow(/outside of 1 to 8/);
    expect(check({ url: 'a', mode: 'slow' })).toThrow(/one of 'fast', 'safe'/);
    expect(check({ url: 'a', share: Number.NaN })).toThrow(/must be of type number/);
  });

  it('refuses a configuration without a required key', () => {
    expect(check({})).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining("'url' is missing") as string }) as Error,
    );
  });
});

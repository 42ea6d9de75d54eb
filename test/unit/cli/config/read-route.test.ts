import { describe, expect, it } from 'vitest';
import { readRoute } from '../../../../cli/config/read-route.ts';

const entry = { name: 'nightly', when: "kind = 'write' AND input_bytes > 1000", policy: 'prefer', engines: ['batch'] };

describe('a rule of the configuration', () => {
  it('has its conditions written as in ALTER ROUTE', () => {
    expect(readRoute(entry, 'routes[0]')).toEqual({
      name: 'nightly',
      when: [
        { feature: 'kind', operator: '=', value: 'write' },
        { feature: 'input_bytes', operator: '>', value: '1000' },
      ],
      policy: 'prefer',
      engines: ['batch'],
      views: true,
    });
    expect(readRoute({ name: 'r', policy: 'any', views: false }, 'routes[0]')).toMatchObject({ when: [], engines: [], views: false });
  });

  it.each([
    [{ ...entry, name: '' }, /routes\[0\]\.name/],
    [{ ...entry, policy: 'never' }, /policy must be one of strict, prefer, any/],
    [{ ...entry, engines: 'batch' }, /engines must be a list/],
    [{ ...entry, views: 'no' }, /views must be true or false/],
    [{ ...entry, when: 7 }, /when must be a text/],
    [{ ...entry, when: 'kind' }, /routes\[0\]\.when: .*expected/],
    [{ ...entry, when: "kind = 'write' SET POLICY any ALTER" }, /routes\[0\]\.when/],
  ])('is refused as %j', (wrong, message) => {
    expect(() => readRoute(wrong, 'routes[0]')).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) as string }),
    );
  });
});

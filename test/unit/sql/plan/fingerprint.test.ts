import { beforeAll, describe, expect, it } from 'vitest';
import type { BindContext } from '../../../../sql/bind/index.ts';
import { bindQueryText, catalogOf } from '../../../support/bind-text.ts';
import type { MemoryCatalog } from '../../../support/memory-catalog.ts';
import { SALES_TABLES } from '../../../support/sales-tables.ts';

let catalog: MemoryCatalog;
beforeAll(async () => {
  catalog = await catalogOf(SALES_TABLES);
});

async function of(text: string, overrides: Partial<BindContext> = {}): Promise<string> {
  return (await bindQueryText(text, catalog, overrides)).fingerprint;
}

describe('the fingerprint of a query', () => {
  it('is 32 hexadecimal digits', async () => {
    expect(await of('SELECT 1')).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each([
    ['spaces, case, aliases and qualifiers', 'SELECT a FROM t WHERE b > 1', 'select  k.a from MAIN.T as k where (k.b > 1)'],
    ['snapshots', 'SELECT a FROM t', 'SELECT a FROM t FOR VERSION AS OF 0'],
    ['the alias of a derived table', 'SELECT z.a FROM (SELECT a FROM t) AS z', 'SELECT y.a FROM (SELECT a FROM t) AS y'],
  ])('does not depend on %s', async (_what, left, right) => {
    expect(await of(left)).toBe(await of(right));
  });

  it.each([
    ['constants', 'SELECT a FROM t WHERE b > 1', 'SELECT a FROM t WHERE b > 2'],
    ['names of the result', 'SELECT a FROM t', 'SELECT a AS z FROM t'],
    ['columns', 'SELECT a FROM t', 'SELECT b AS a FROM t'],
    ['tables', 'SELECT a FROM t', 'SELECT a FROM u'],
    ['which of two columns', 'SELECT p.a FROM t AS p JOIN t AS q ON p.a = q.b', 'SELECT q.a FROM t AS p JOIN t AS q ON p.a = q.b'],
    ['struct fields', "SELECT {'p': 1}.p", "SELECT {'q': 1}.q AS p"],
  ])('depends on %s', async (_what, left, right) => {
    expect(await of(left)).not.toBe(await of(right));
  });

  it('does not depend on the values of parameters, and depends on the zone', async () => {
    const text = 'SELECT a FROM t WHERE a > ?';
    expect(await of(text, { parameters: [1] })).toBe(await of(text, { parameters: [2] }));
    expect(await of('SELECT 1', { timeZone: 'Europe/Berlin' })).not.toBe(await of('SELECT 1'));
  });
});

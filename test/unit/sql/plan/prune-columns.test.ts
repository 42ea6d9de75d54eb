import { beforeAll, describe, expect, it } from 'vitest';
import { walkPlan } from '../../../../spi/index.ts';
import { bindQueryText, catalogOf } from '../../../support/bind-text.ts';
import type { MemoryCatalog } from '../../../support/memory-catalog.ts';
import { columnFaults } from '../../../support/plan-columns.ts';
import { SALES_TABLES } from '../../../support/sales-tables.ts';

let catalog: MemoryCatalog;
beforeAll(async () => {
  catalog = await catalogOf(SALES_TABLES);
});

async function scanned(text: string): Promise<readonly string[]> {
  const { plan } = await bindQueryText(text, catalog);
  const scans: string[] = [];
  walkPlan(plan.root, {
    node: (node) => {
      if (node.kind === 'scan') scans.push(`${node.table.name}(${node.columns.map((column) => column.name).join(',')})`);
    },
  });
  return scans;
}

describe('a scan reads', () => {
  it.each([
    ['what is selected', 'SELECT c, a FROM t', ['t(a,c)']],
    ['what a condition needs', "SELECT a FROM t WHERE c = 'x'", ['t(a,c)']],
    [
      'what joins, groups, orders and windows need',
      'SELECT sum(t.d) FROM t JOIN u ON t.a = u.a GROUP BY t.c ORDER BY max(u.x)',
      ['t(a,c,d)', 'u(a,x)'],
    ],
    ['the narrowest column for count(*)', 'SELECT count(*) FROM t', ['t(g)']],
    ['only what is read of a derived table', 'SELECT a FROM (SELECT * FROM t) AS q', ['t(a)']],
    ['what a correlated subquery reads of it', 'SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.x = t.f)', ['u(x)', 't(a,f)']],
    ['all that DISTINCT compares', 'SELECT a FROM (SELECT DISTINCT a, b FROM t) AS q', ['t(a,b)']],
    ['all that UNION compares', 'SELECT a FROM (SELECT a, c FROM t UNION SELECT a, c FROM u) AS q', ['t(a,c)', 'u(a,c)']],
    ['all that a common table puts out', 'WITH q AS (SELECT a, b FROM t) SELECT a FROM q', ['t(a,b)']],
  ])('%s', async (_what, text, expected) => {
    expect(await scanned(text)).toEqual(expected);
  });

  it.each([
    'SELECT a FROM t WHERE EXISTS (SELECT * FROM u WHERE u.a = t.a)',
    'SELECT count(*) FROM (SELECT c, d FROM (SELECT * FROM t) AS p) AS q',
  ])('what the last column of a projection that nobody reads needs: %s', async (text) => {
    const { plan } = await bindQueryText(text, catalog);
    expect(columnFaults(plan.root, []).neverMade).toEqual([]);
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { type PlanNode, walkPlan } from '../../../../spi/index.ts';
import { formatPlan, type pushDownFilters } from '../../../../sql/plan/index.ts';
import type { PolicySource } from '../../../../sql/bind/index.ts';
import { importMutant } from '../../../mutant/import-mutant.ts';
import { bindQueryText, catalogOf } from '../../../support/bind-text.ts';
import type { MemoryCatalog } from '../../../support/memory-catalog.ts';
import { SALES_TABLES } from '../../../support/sales-tables.ts';

let catalog: MemoryCatalog;
beforeAll(async () => {
  catalog = await catalogOf(SALES_TABLES);
});

/** Returns which scans have a filter, and whether a filter node is left. */
async function placement(text: string): Promise<string> {
  const { plan } = await bindQueryText(text, catalog);
  return placementOf(plan.root);
}

function placementOf(root: PlanNode): string {
  const places: string[] = [];
  walkPlan(root, {
    node: (node) => {
      if (node.kind === 'scan' && node.filter !== null) places.push(node.table.name);
      if (node.kind === 'filter') places.push('filter');
    },
  });
  return places.join(' ');
}

describe('a condition over filtered rows of which others must not be seen', () => {
  const filtered = (): ReturnType<PolicySource> =>
    Promise.resolve((table) => ({
      reader: 'ada',
      fields: table.fields,
      policies: [
        {
          type: 'row-filter',
          name: 'f',
          expression: 'substring(c, 1, 1) = current_user',
          column: null,
          grantees: ['public'],
          exceptions: [],
        },
      ],
    }));
  const placesUnderBarrier = async (text: string): Promise<readonly string[]> => {
    const { plan } = await bindQueryText(text, catalog, { policies: filtered });
    return formatPlan(plan)
      .split('\n')
      .map((line) => line.trim().split(' ')[0] ?? '');
  };

  it('moves below their barrier when it compares columns with constants', async () => {
    const text = await placesUnderBarrier("SELECT a FROM t WHERE a > 1 AND c IN ('x', 'y') AND b IS NOT NULL");
    expect(text.filter((kind) => kind === 'filter')).toEqual([]);
    expect(text).toContain('limit');
  });

  it('stays above when it could fail', async () => {
    for (const condition of ['CAST(c AS integer) > 0', '10 / a > 1', "c LIKE '%x'"]) {
      const kinds = await placesUnderBarrier(`SELECT a FROM t WHERE ${condition}`);
      expect(kinds.indexOf('filter')).toBeLessThan(kinds.indexOf('limit'));
      expect(kinds.indexOf('filter')).toBeGreaterThan(-1);
    }
  });

  it('would wrongly be computed for hidden rows when everything moved below (mutant)', async () => {
    const mutant = await importMutant<{ pushDownFilters: typeof pushDownFilters }>('index.ts', {
      folder: 'sql/plan',
      file: 'push-down-filters.ts',
      from: '=> cannotTell(expression))',
      to: '=> expression.kind.length > 0 || cannotTell(expression))',
    });
    const { plan } = await bindQueryText('SELECT a FROM t WHERE CAST(c AS integer) > 0', catalog, { policies: filtered });
    expect(placementOf(plan.root)).toBe('filter t');
    expect(placementOf(mutant.pushDownFilters(plan.root))).toBe('t');
  });
});

describe('a condition of WHERE', () => {
  it.each([
    ['over one table moves into its scan', 'SELECT a FROM t WHERE a > 1', 't'],
    ['moves through inner and cross joins', 'SELECT 1 FROM t JOIN u ON t.a = u.a WHERE t.b > 1 AND u.x > 1', 't u'],
    ['moves to both sides of a comma', "SELECT 1 FROM t, u WHERE t.c = 'x' AND u.x > 1", 't u'],
    ['moves to the preserved side of a left join', 'SELECT 1 FROM t LEFT JOIN u ON t.a = u.a WHERE t.b > 1', 't'],
    ['stays above the optional side of a left join', 'SELECT 1 FROM t LEFT JOIN u ON t.a = u.a WHERE u.x > 1', 'filter'],
    ['moves to the preserved side of a right join', 'SELECT 1 FROM t RIGHT JOIN u ON t.a = u.a WHERE u.x > 1', 'u'],
    ['stays above a full join', 'SELECT 1 FROM t FULL JOIN u ON t.a = u.a WHERE u.x > 1 AND t.b > 1', 'filter'],
    ['moves out of the condition of an inner join', 'SELECT 1 FROM t JOIN u ON t.a = u.a AND t.b > 1 AND u.x > 1', 't u'],
    [
      'moves out of the condition of a left join to its optional side',
      'SELECT 1 FROM t LEFT JOIN u ON t.a = u.a AND t.b > 1 AND u.x > 1',
      'u',
    ],
    [
      'moves out of the condition of a right join to its optional side',
      'SELECT 1 FROM t RIGHT JOIN u ON t.a = u.a AND t.b > 1 AND u.x > 1',
      't',
    ],
    ['stays in the condition of a full join', 'SELECT 1 FROM t FULL JOIN u ON t.a = u.a AND t.b > 1 AND u.x > 1', ''],
    [
      'moves out of the condition of an anti join to its right side',
      'SELECT 1 FROM t ANTI JOIN u ON t.a = u.a AND t.b > 1 AND u.x > 1',
      'u',
    ],
    ['moves out of the condition of a semi join', 'SELECT 1 FROM t SEMI JOIN u ON t.a = u.a AND t.b > 1 AND u.x > 1', 't u'],
    ['stays in a condition that has no other part', 'SELECT 1 FROM t JOIN u ON t.b > 1', ''],
    ['moves through columns that only pass', 'SELECT 1 FROM (SELECT a AS y, c FROM t) AS q WHERE y > 1', 't'],
    ['stays above columns that are computed', 'SELECT 1 FROM (SELECT a + 1 AS y FROM t) AS q WHERE y > 1', 'filter'],
    ['moves through groups', 'SELECT a FROM t GROUP BY a HAVING a > 1', 't'],
    ['stays above aggregates', 'SELECT a FROM t GROUP BY a HAVING max(b) > 1', 'filter'],
    ['stays above the one group without keys', 'SELECT max(b) FROM t HAVING max(b) > 1', 'filter'],
    ['stays above grouping sets', 'SELECT 1 FROM (SELECT a FROM t GROUP BY ROLLUP (a)) AS q WHERE a > 1', 'filter'],
    [
      'moves through the partitions of all windows',
      'SELECT 1 FROM (SELECT a, rank() OVER (PARTITION BY a, b ORDER BY c) FROM t) AS q WHERE a > 1',
      't',
    ],
    ['stays above a window over all rows', 'SELECT 1 FROM (SELECT a, rank() OVER (ORDER BY c) FROM t) AS q WHERE a > 1', 'filter'],
    ['moves to both sides of a set operation', 'SELECT 1 FROM (SELECT a FROM t EXCEPT SELECT a FROM u) AS q WHERE a > 1', 't u'],
    ['moves through DISTINCT', 'SELECT 1 FROM (SELECT DISTINCT a FROM t) AS q WHERE a > 1', 't'],
    ['stays above DISTINCT ON another key', 'SELECT 1 FROM (SELECT DISTINCT ON (b) a FROM t) AS q WHERE a > 1', 'filter'],
    ['stays above LIMIT', 'SELECT 1 FROM (SELECT a FROM t LIMIT 3) AS q WHERE a > 1', 'filter'],
    ['stays above a common table', 'WITH q AS (SELECT a FROM t) SELECT 1 FROM q WHERE a > 1', 'filter'],
    ['over two tables stays', 'SELECT 1 FROM t, u WHERE t.a = u.a', 'filter'],
    ['with a subquery stays', 'SELECT 1 FROM t WHERE a IN (SELECT a FROM u)', 'filter'],
    ['with a random number stays', 'SELECT 1 FROM t WHERE random() > f', 'filter'],
    ['leaves the others behind', 'SELECT 1 FROM t, u WHERE t.a = u.a AND t.b > 1', 'filter t'],
    [
      'of a correlated subquery stays when it reads the outer row',
      'SELECT (SELECT max(x) FROM u WHERE u.a = t.a AND u.x > 1) FROM t',
      'filter u',
    ],
  ])('%s', async (_what, text, expected) => {
    expect(await placement(text)).toBe(expected);
  });

  it('is put into the scan together with others', async () => {
    const { plan } = await bindQueryText("SELECT a FROM t WHERE a > 1 AND c = 'x'", catalog);
    expect(formatPlan(plan)).toContain("where ((a#1 > '1') and (c#2 = 'x'))");
  });

  it.each([
    [
      'the optional side of a left join',
      "joinType === 'inner' || joinType === 'cross' || joinType === 'right'",
      'true',
      'SELECT 1 FROM t LEFT JOIN u ON t.a = u.a WHERE u.x > 1',
    ],
    [
      'conditions with random numbers',
      'functionByName(part.function)?.deterministic !== true',
      'false',
      'SELECT 1 FROM t WHERE random() > f',
    ],
    ['conditions with subqueries', "if ('plan' in part) return false;", '', 'SELECT 1 FROM t WHERE a = (SELECT 2)'],
  ])('would wrongly move into the scan for %s (mutant)', async (_what, from, to, text) => {
    const mutant = await importMutant<{ pushDownFilters: typeof pushDownFilters }>('index.ts', {
      folder: 'sql/plan',
      file: 'push-down-filters.ts',
      from,
      to,
    });
    const { plan } = await bindQueryText(text, catalog);
    expect(placementOf(mutant.pushDownFilters(plan.root))).not.toBe(placementOf(plan.root));
  });
});

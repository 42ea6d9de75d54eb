import { expect, it } from 'vitest';
import { formatPlan } from '../../../../sql/plan/index.ts';
import { bindQueryText, catalogOf } from '../../../support/bind-text.ts';
import { SALES_TABLES } from '../../../support/sales-tables.ts';

it('formatPlan shows a plan as a tree, subqueries below the node that holds them', async () => {
  const catalog = await catalogOf(SALES_TABLES);
  const text = `SELECT u.x, count(*) AS k FROM t JOIN u USING (a)
    WHERE t.c = 'x' AND t.a IN (SELECT a FROM u) GROUP BY u.x ORDER BY k DESC LIMIT 3`;
  const { plan } = await bindQueryText(text, catalog);
  expect(formatPlan(plan).split('\n')).toEqual([
    'output: x#19 double, k#20 bigint',
    "limit '3'",
    '  sort by k#20 desc',
    '    project [x#18 as x#19, count_star#17 as k#20]',
    '      aggregate by [x#12 as #18] compute [count_star() as #17]',
    '        filter (a#1) in (subquery 1)',
    '          inner join on (a#1 = a#10)',
    "            scan main.t (snapshot 1) [a#1, c#3] where (c#3 = 'x')",
    '            scan main.u (snapshot 1) [a#10, x#12]',
    '          subquery 1:',
    '            project [a#13 as a#16]',
    '              scan main.u (snapshot 1) [a#13]',
  ]);
});

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
    'output: x#17 double, k#18 bigint',
    "limit '3'",
    '  sort by k#18 desc',
    '    project [x#16 as x#17, count_star#15 as k#18]',
    '      aggregate by [x#12 as #16] compute [count_star() as #15]',
    '        filter (a#1) in (subquery 1)',
    '          inner join on (a#1 = a#10)',
    "            scan main.t (snapshot 1) [a#1, c#3] where (c#3 = 'x')",
    '            scan main.u (snapshot 1) [a#10, x#12]',
    '          subquery 1:',
    '            project [a#13 as a#14]',
    '              scan main.u (snapshot 1) [a#13]',
  ]);
});

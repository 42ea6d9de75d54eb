import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { outputColumns } from '../../../../spi/index.ts';
import { foldConstants } from '../../../../sql/plan/fold-constants.ts';
import { formatPlan, type PlanRule } from '../../../../sql/plan/index.ts';
import { importMutant } from '../../../mutant/import-mutant.ts';
import { seededRandom } from '../../../../tck/truth/seeded-random.ts';
import { bindQuery } from '../../../prove/sql-properties/bind-query.ts';
import { ExpressionMaker, KINDS } from '../../../prove/sql-properties/random-expressions.ts';
import { bindQueryText, catalogOf } from '../../../support/bind-text.ts';
import { runPlan } from '../../../support/print-and-run.ts';
import { pick } from '../../../property/stream-tables.ts';
import { SALES_TABLES } from '../../../support/sales-tables.ts';

const catalog = await catalogOf(SALES_TABLES);

/** Returns how the one expression of a SELECT stands in the plan. */
async function folded(expression: string): Promise<string> {
  const { plan } = await bindQueryText(`SELECT ${expression} AS x FROM t`, catalog);
  return /project \[(.*) as x#/.exec(formatPlan(plan))?.[1]?.replaceAll(/#\d+/g, '') ?? '';
}

describe('a constant part of an expression', () => {
  it.each([
    ['1 + 2 * 3', "'7'"],
    ['-7 // 2', "'-3'"],
    ['-7 % 2', "'-1'"],
    ['NOT (1 = 2)', 'true'],
    ["'a' < 'ä' AND DATE '2024-01-01' >= DATE '2023-12-31'", 'true'],
    ["TIMESTAMP '2024-01-01 00:00:00' < TIMESTAMP '2024-01-01 00:00:00.5'", 'true'],
    ['0.10 = 0.1', 'true'],
    ['g AND 1 = 1', 'g'],
    ['g OR 1 = 1', 'true'],
    ['g AND NULL AND 1 = 2', 'false'],
    ['NULL AND 1 = 1', 'null'],
    ['g AND NULL', '(g and null)'],
    ['NULL = 1', 'null'],
    ['NULL IS NOT DISTINCT FROM 1', 'false'],
    ['NULL + 1', 'null'],
    ['NULL IS NULL', 'true'],
    ['(1 = 2) IS NOT TRUE', 'true'],
    ['(1 = NULL) IS NOT FALSE', 'true'],
    ['1 IN (2, NULL)', 'null'],
    ['1 IN (2, NULL, 1)', 'true'],
    ['1 NOT IN (2, 3)', 'true'],
    ['NULL IN (1, 2)', 'null'],
    ['COALESCE(NULL, a, 1, b)', 'coalesce'],
    ['COALESCE(NULL, a)', 'a'],
    ['NULLIF(1, 1)', 'null'],
    ['NULLIF(a, NULL)', 'a'],
    ['CASE WHEN 1 = 2 THEN a WHEN NULL THEN a WHEN 2 > 1 THEN 3 ELSE a END', "'3'"],
    ['CASE WHEN g THEN a WHEN TRUE THEN 2 ELSE 3 END', "case when g then a else '2' end"],
    ['CASE WHEN FALSE THEN a END', 'null'],
    ['CASE a WHEN 1 THEN 2 END', "case when (a = '1') then '2' end"],
    ['IF(1 = 1, a, 0)', 'a'],
    ['b = 1 + 1', "(b = '2')"],
    ['CAST(1 + 1 AS VARCHAR)', "'2'"],
  ])('%s becomes %s', async (expression, expected) => {
    expect(await folded(expression)).toContain(expected);
  });

  it.each([
    ['that leaves its range', '2147483647 + 1', "('2147483647' + '1')"],
    ['that leaves its range by a sign', '-(-2147483648)', 'negate'],
    ['that leaves its range by a division', '(-2147483648) // -1', '//'],
    ['divided by zero', '1 // 0', '//'],
    ['of floats', '0.1e0 + 0.2e0', '+'],
    ['of floats compared', "'NaN'::DOUBLE = 1e0", '='],
    ['of a random number', 'random() < 2', 'random'],
    ['of a text that may be no number', "CAST('x' AS INTEGER) = 1", 'cast'],
  ])('%s is left to the engine', async (_what, expression, expected) => {
    expect(await folded(expression)).toContain(expected);
  });

  it('takes a filter away that is always true, and leaves one that never is', async () => {
    expect(formatPlan((await bindQueryText('SELECT a FROM t WHERE 1 = 1 OR a = 2', catalog)).plan)).not.toContain('filter');
    expect(formatPlan((await bindQueryText('SELECT a FROM t WHERE 1 = 2', catalog)).plan)).toContain('filter false');
  });

  it('is found in subqueries, joins, groups and windows too', async () => {
    const text = `SELECT max(a) FILTER (WHERE g AND 1 = 1), rank() OVER (ORDER BY max(a) + (1 + 1)) FROM t
      WHERE EXISTS (SELECT 1 FROM u WHERE u.a = 1 + 1) GROUP BY b + (2 - 2)`;
    const plan = formatPlan((await bindQueryText(text, catalog)).plan);
    expect(plan).toContain("order by (max#6 + '2')");
    expect(plan).toContain("where (a#1 = '2')");
    expect(plan).toContain("aggregate by [(b#8 + '0')");
    expect(plan).toContain('filter (g#3)');
  });
});

/** Returns which of some random constant expressions have another value after a rule, and how many it changed. */
async function tryRandom(
  apply: PlanRule['apply'],
  tries: number,
): Promise<{ readonly changed: number; readonly wrong: readonly string[] }> {
  const random = seededRandom(1);
  const wrong: string[] = [];
  let changed = 0;
  for (let index = 0; index < tries; index += 1) {
    const text = new ExpressionMaker(random, null).value(pick(random, KINDS), [], 3);
    const { plan } = (await bindQuery(`SELECT ${text} AS x`, catalog)).after([]);
    const after = { ...plan, root: apply(plan.root, []) };
    if (isDeepStrictEqual(after.root, plan.root)) continue;
    changed += 1;
    expect(outputColumns(after.root).map(({ id, type }) => [id, type])).toEqual(outputColumns(plan.root).map(({ id, type }) => [id, type]));
    if (!isDeepStrictEqual(await runPlan(after), await runPlan(plan))) wrong.push(text);
  }
  return { changed, wrong };
}

describe('the value of a random constant expression', () => {
  it('is the same before and after', async () => {
    const { changed, wrong } = await tryRandom(foldConstants, 300);
    expect(wrong).toEqual([]);
    expect(changed).toBeGreaterThan(50);
  });

  it.each([
    [
      'NULL is left out of AND and OR',
      '!isLiteral(argument, !decisive));',
      '!isLiteral(argument, !decisive) && !isLiteral(argument, null));',
    ],
    ['NOT NULL is true', '(value === null ? null : value === false)', 'value !== true'],
    [
      'a comparison with NULL is false',
      'if (isLiteral(left, null) || isLiteral(right, null)) return nullOf(call);',
      'if (isLiteral(left, null) || isLiteral(right, null)) return truth(false);',
    ],
    ['a NULL in IN does not count', 'truth(unknown ? null : false)', 'truth(false)'],
    [
      'a branch of NULL is taken',
      'if (isLiteral(branch.when, true)) {',
      "if (branch.when.kind === 'literal' && branch.when.value !== false) {",
    ],
    [
      'COALESCE stops at NULL',
      "if (argument.kind === 'literal' && argument.value !== null) break;",
      "if (argument.kind === 'literal') break;",
    ],
  ])('changes when %s (mutant)', async (_what, from, to) => {
    const mutant = await importMutant<{ foldConstants: PlanRule['apply'] }>('fold-constants.ts', {
      folder: 'sql/plan',
      file: 'fold-constants.ts',
      from,
      to,
    });
    expect((await tryRandom(mutant.foldConstants, 400)).wrong).not.toEqual([]);
  });
});

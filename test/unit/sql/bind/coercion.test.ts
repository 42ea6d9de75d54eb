import { describe, expect, it } from 'vitest';
import { bindQueryText, bindText, catalogOf } from '../../../support/bind-text.ts';
import { MemoryCatalog } from '../../../support/memory-catalog.ts';
import { runPlan, runSql } from '../../../support/print-and-run.ts';

describe('a constant of floating point', () => {
  it.each([
    "CAST(CAST('0.5' AS double) AS integer)",
    "CAST(CAST('-2.5' AS double) AS bigint)",
    "CAST(CAST('1.005' AS double) AS decimal(5,2))",
    'CAST(CAST(0.1 AS real) AS double)',
    "TRY_CAST(CAST('1e10' AS double) AS integer)",
  ])('becomes of another type as a column of it does: %s', async (text) => {
    const { plan } = await bindQueryText(`SELECT ${text} AS r`, new MemoryCatalog());
    expect(await runPlan(plan)).toEqual(await runSql(`SELECT ${text} AS r`));
  });
});

it('a constant number that a column cannot hold leaves the range of its type, a text is no value of it', async () => {
  const catalog = await catalogOf(['CREATE TABLE t (a integer, d decimal(3,1))']);
  await expect(bindText('INSERT INTO t (a) VALUES (5000000000)', catalog)).rejects.toMatchObject({ code: 'SQL_OVERFLOW' });
  await expect(bindText("INSERT INTO t (a) VALUES ('5000000000')", catalog)).rejects.toMatchObject({ code: 'SQL_INVALID_VALUE' });
});

it('a CAST of a constant number that does not fit is refused only when its row is met', async () => {
  const { plan } = await bindQueryText(
    'SELECT CASE WHEN a > 1 THEN CAST(5000000000 AS integer) END AS r FROM (VALUES (1)) AS v(a)',
    new MemoryCatalog(),
  );
  expect(await runPlan(plan)).toEqual([[null]]);
});

it('a struct goes into a column field by field', async () => {
  const catalog = await catalogOf(['CREATE TABLE t (s struct<a bigint, b varchar>)']);
  await expect(bindText("INSERT INTO t VALUES ({'a': 1, 'b': NULL})", catalog)).resolves.toMatchObject({ kind: 'insert' });
  await expect(bindText("INSERT INTO t VALUES ({'b': NULL, 'a': 1})", catalog)).rejects.toMatchObject({ code: 'SQL_TYPE_MISMATCH' });
  await expect(bindText("INSERT INTO t VALUES ({'a': 1})", catalog)).rejects.toMatchObject({ code: 'SQL_TYPE_MISMATCH' });
});

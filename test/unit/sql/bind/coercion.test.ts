import { describe, expect, it } from 'vitest';
import { bindQueryText } from '../../../support/bind-text.ts';
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

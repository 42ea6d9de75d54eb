import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldDateShift } from '../../../../sql/bind/fold-date-shift.ts';
import { intervalText } from '../../../../sql/bind/interval-text.ts';
import { bindQueryText, catalogOf } from '../../../support/bind-text.ts';
import { testConnection } from '../../../support/print-and-run.ts';
import { SALES_TABLES } from '../../../support/sales-tables.ts';
import { formatPlan } from '../../../../sql/plan/index.ts';

describe('foldDateShift', () => {
  it('gives what DuckDB gives', async () => {
    const database = await testConnection();
    const times = fc.date({ min: new Date('1000-01-01T00:00:00Z'), max: new Date('3000-01-01T00:00:00Z'), noInvalidDate: true });
    const parts = fc.record({
      months: fc.bigInt({ min: -600n, max: 600n }),
      days: fc.bigInt({ min: -5000n, max: 5000n }),
      micros: fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n }),
    });
    await fc.assert(
      fc.asyncProperty(
        times,
        fc.boolean(),
        fc.constantFrom('add' as const, 'subtract' as const),
        parts,
        async (time, isDate, name, interval) => {
          const value = isDate ? time.toISOString().slice(0, 10) : time.toISOString().slice(0, 19).replace('T', ' ');
          const type = isDate ? 'date' : 'timestamp';
          const folded = foldDateShift(
            name,
            { kind: 'literal', type: { kind: type }, value },
            { kind: 'literal', type: { kind: 'interval' }, value: intervalText(interval) },
          );
          const sign = name === 'add' ? '+' : '-';
          const sql = `SELECT strftime(${type} '${value}' ${sign} INTERVAL '${intervalText(interval)}', '%Y-%m-%d %H:%M:%S.%f')`;
          const [row] = (await database.runAndReadAll(sql)).getRowsJson();
          const text = String(folded?.value);
          expect(text.includes('.') ? text : `${text}.000000`).toBe(row?.[0]);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('leaves alone what leaves the calendar of four-digit years', () => {
    const shifted = foldDateShift(
      'add',
      { kind: 'literal', type: { kind: 'date' }, value: '9999-12-31' },
      { kind: 'literal', type: { kind: 'interval' }, value: '1 day' },
    );
    expect(shifted).toBeNull();
  });
});

describe('a date column beside a shifted constant date', () => {
  it('is compared as a date', async () => {
    const catalog = await catalogOf(SALES_TABLES);
    const { plan } = await bindQueryText("SELECT a FROM t WHERE e < DATE '1998-12-01' - INTERVAL '90' DAY", catalog);
    expect(formatPlan(plan)).toContain("where (e#1 < '1998-09-02')");
  });

  it('is compared as a timestamp when the constant is not at midnight', async () => {
    const catalog = await catalogOf(SALES_TABLES);
    const { plan } = await bindQueryText("SELECT a FROM t WHERE e < DATE '1998-12-01' - INTERVAL '1' HOUR", catalog);
    expect(formatPlan(plan)).toContain("where (cast(e#1 as timestamp) < '1998-11-30 23:00:00')");
  });
});

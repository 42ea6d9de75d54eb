import { describe, expect, it } from 'vitest';
import { createMeasuredCosts } from '../../../../sql-gateway/route/measured-costs.ts';
import { createRegretReport, planClassOf } from '../../../../sql-gateway/route/regret-report.ts';
import { keepCosts, readStoredCosts } from '../../../../sql-gateway/route/stored-costs.ts';
import { bindQueryText, catalogOf } from '../../../support/bind-text.ts';
import { createMemorySettingStore } from '../../../support/memory-setting-store.ts';
import { SALES_TABLES } from '../../../support/sales-tables.ts';
import { createSilentLog } from '../../../support/silent-log.ts';

describe('the report of regret', () => {
  const run = { planClass: 'aggregate scan', engine: 'a', predictedMs: 10, measuredMs: 30, alternative: { engine: 'b', ms: 12 } };

  it('adds up what runs took beyond what the engine not taken was expected to take', () => {
    const report = createRegretReport();
    report.observe(run);
    report.observe({ ...run, measuredMs: 5 });
    report.observe({ ...run, alternative: null });
    report.observe({ ...run, planClass: 'scan', alternative: null });
    const sums = { runs: 3, predictedMs: 30, measuredMs: 65, alternative: 'b', comparedRuns: 2, alternativeMs: 24, regretMs: 18 };
    expect(report.list()).toEqual([
      { planClass: 'aggregate scan', engine: 'a', ...sums },
      expect.objectContaining({ planClass: 'scan', runs: 1, comparedRuns: 0, regretMs: 0, alternative: null }),
    ]);
  });

  it('tells statements apart by the parts of their plans', async () => {
    const classOf = async (text: string) => planClassOf(await bindQueryText(text, await catalogOf(SALES_TABLES)));
    expect(await classOf('SELECT sum(a) FROM t GROUP BY c')).toBe('aggregate scan');
    expect(await classOf('SELECT 2 * sum(a) FROM t')).toBe('aggregate scan');
    expect(await classOf('SELECT t.a FROM t JOIN u ON t.a = u.a ORDER BY 1')).toBe('join scan sort');
  });
});

describe('what a router learned', () => {
  it('is kept when there is something new, and read again', async () => {
    const settings = createMemorySettingStore();
    expect(await readStoredCosts(settings)).toBeNull();
    const costs = createMeasuredCosts(10);
    const answers = [costs.save(), null];
    costs.observe({
      engine: 'a',
      plan: { fingerprint: 'f', shape: 's' },
      estimate: { kind: 'estimate', rows: 1, cpuMs: 10, startupMs: 0, confidence: 1 },
      measuredMs: 20,
      errorCode: null,
    });
    answers[0] = costs.save();
    await keepCosts({ save: () => answers.shift() ?? null }, settings, createSilentLog()).end();
    expect(await readStoredCosts(settings)).toMatchObject(costs.save());
    await settings.put('routing/costs', '{"version":0}');
    expect(await readStoredCosts(settings)).toBeNull();
  });
});

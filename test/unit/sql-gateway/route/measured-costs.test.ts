import { describe, expect, it } from 'vitest';
import type { CostEstimate } from '../../../../spi/index.ts';
import { createMeasuredCosts } from '../../../../sql-gateway/route/measured-costs.ts';

const estimate = (cpuMs: number): CostEstimate => ({ kind: 'estimate', rows: 1, cpuMs, startupMs: 0, confidence: 1 });
/** Plans whose names begin with the same letter differ in constants only. */
const plan = (fingerprint: string) => ({ fingerprint, shape: fingerprint.slice(0, 1) });
const run = (engine: string, fingerprint: string, cpuMs: number, measuredMs: number) => ({
  engine,
  plan: plan(fingerprint),
  estimate: estimate(cpuMs),
  measuredMs,
  errorCode: null,
});

describe('measured costs', () => {
  it('scale the estimate of a plan by what its runs took', () => {
    const costs = createMeasuredCosts(10);
    expect(costs.calibrate('a', plan('f'), estimate(100))).toEqual({ ms: 100, runs: 0 });
    costs.observe(run('a', 'f', 100, 300));
    expect(costs.calibrate('a', plan('f'), estimate(200)).ms).toBeCloseTo(600);
    expect(costs.calibrate('a', plan('f'), estimate(2)).ms).toBeCloseTo(6);
  });

  it('give later runs more weight', () => {
    const costs = createMeasuredCosts(10);
    costs.observe(run('a', 'f', 100, 1000));
    for (let count = 0; count < 20; count += 1) costs.observe(run('a', 'f', 100, 50));
    expect(costs.calibrate('a', plan('f'), estimate(100)).ms).toBeCloseTo(50, 0);
  });

  it('of an engine speak for plans of the same order of magnitude that it never ran', () => {
    const costs = createMeasuredCosts(10);
    for (let runs = 0; runs < 100; runs += 1) costs.observe(run('a', 'f', 200, 800));
    expect(costs.calibrate('a', plan('g'), estimate(300)).ms).toBeCloseTo(1200, 0);
    expect(costs.calibrate('a', plan('g'), estimate(3)).ms).toBe(3);
    costs.observe(run('b', 'h', 200, 200));
    expect(costs.calibrate('b', plan('g'), estimate(300)).ms).toBeCloseTo(300);
  });

  it('of one run, which may have been cold or lucky, count less than the estimates of plans that never ran', () => {
    const costs = createMeasuredCosts(10);
    costs.observe(run('a', 'f', 200, 800));
    expect(costs.calibrate('a', plan('g'), estimate(300)).ms).toBeCloseTo(300 * 4 ** (1 / 3));
    costs.observe(run('a', 'f', 200, 800));
    expect(costs.calibrate('a', plan('g'), estimate(300)).ms).toBeCloseTo(300 * 4 ** (1 / 2));
  });

  it('of plans that differ in constants speak for one that never ran, before those of a whole engine', () => {
    const costs = createMeasuredCosts(10);
    for (let runs = 0; runs < 20; runs += 1) costs.observe(run('a', 'g', 200, 200));
    for (let runs = 0; runs < 20; runs += 1) costs.observe(run('a', 'f1', 200, 1000));
    expect(costs.calibrate('a', plan('f2'), estimate(300)).ms).toBeCloseTo(1500, -2);
    expect(costs.calibrate('a', plan('h'), estimate(300)).ms).toBeLessThan(1500);
    expect(costs.calibrate('a', plan('f2'), estimate(300)).runs).toBe(0);
  });

  it('are kept over a restart by shape and by engine', () => {
    const before = createMeasuredCosts(10);
    for (let runs = 0; runs < 20; runs += 1) before.observe(run('a', 'f1', 200, 1000));
    before.observe({ ...run('a', 'm1', 100, 5), errorCode: 'RESOURCE_MEMORY' });
    const after = createMeasuredCosts(10, JSON.parse(JSON.stringify(before.save())) as ReturnType<typeof before.save>);
    expect(after.calibrate('a', plan('f2'), estimate(300))).toEqual(before.calibrate('a', plan('f2'), estimate(300)));
    expect(after.lacksMemory('a', plan('m2'), estimate(100))).toBe(true);
    expect(after.list()).toEqual([]);
  });

  it('of other engines speak for one that never ran: a slow machine is slow for all of them', () => {
    const costs = createMeasuredCosts(10);
    for (let runs = 0; runs < 100; runs += 1) costs.observe(run('a', 'f', 200, 800));
    expect(costs.calibrate('b', plan('g'), estimate(300)).ms).toBeCloseTo(1200, 0);
  });

  it('tell the regret against the fastest engine seen with the plan', () => {
    const costs = createMeasuredCosts(10);
    costs.observe(run('a', 'f', 10, 30));
    costs.observe(run('a', 'f', 10, 30));
    costs.observe(run('b', 'f', 20, 10));
    expect(costs.list().map(({ engine, runs, regretMs }) => [engine, runs, regretMs])).toEqual([
      ['a', 2, 40],
      ['b', 1, 0],
    ]);
  });

  it('remember that a plan ran out of memory until its input is smaller or it goes well', () => {
    const costs = createMeasuredCosts(10);
    costs.observe({ ...run('a', 'f', 100, 5), errorCode: 'RESOURCE_MEMORY' });
    expect(costs.lacksMemory('a', plan('f'), estimate(100))).toBe(true);
    expect(costs.lacksMemory('a', plan('f'), estimate(50))).toBe(false);
    expect(costs.lacksMemory('a', plan('f2'), estimate(100))).toBe(true);
    expect(costs.lacksMemory('a', plan('g'), estimate(100))).toBe(false);
    expect(costs.list()[0]).toMatchObject({ runs: 0, errors: 1, regretMs: 0 });
    costs.observe(run('a', 'f', 100, 5));
    expect(costs.lacksMemory('a', plan('f'), estimate(100))).toBe(false);
  });

  it('forget the plan that was unused for longest', () => {
    const costs = createMeasuredCosts(2);
    for (const fingerprint of ['f', 'g', 'f', 'h']) costs.observe(run('a', fingerprint, 1, 1));
    expect(costs.list().map(({ fingerprint }) => fingerprint)).toEqual(['f', 'h']);
  });
});

import { describe, expect, it } from 'vitest';
import { fitCosts } from '../../../bench/estimates/fit-costs.ts';

describe('the fit of costs', () => {
  const costs = (startup: number, cpu: number) =>
    [1, 5, 20, 100].map((cpuMs, index) => ({ startupMs: 2 + index, cpuMs, measuredMs: (2 + index) * startup + cpuMs * cpu }));

  it('finds the factors by which estimates are off', () => {
    const { startup, cpu, offBy, offByFitted } = fitCosts(costs(3, 0.5));
    expect(startup).toBeCloseTo(3);
    expect(cpu).toBeCloseTo(0.5);
    expect(offBy).toBeGreaterThan(1.2);
    expect(offByFitted).toBeCloseTo(1);
  });

  it('leaves good estimates as they are', () => {
    expect(fitCosts(costs(1, 1))).toMatchObject({ offBy: 1 });
  });
});

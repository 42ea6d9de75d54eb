/** A statement's estimate and what it took. Units: milliseconds. */
export interface MeasuredCost {
  readonly startupMs: number;
  readonly cpuMs: number;
  readonly measuredMs: number;
}

/** How far estimates are off, and what would fit better. */
export interface CostFit {
  /** Factors for start-up and CPU times that make the squares of the relative errors least. */
  readonly startup: number;
  readonly cpu: number;
  /** Median factor between estimate and measurement, 1 or more: as they are, and with the factors. */
  readonly offBy: number;
  readonly offByFitted: number;
}

/** Fits measured times to estimated start-up and CPU times. A factor is not negative: where it would be, the other one fits alone. */
export function fitCosts(costs: readonly MeasuredCost[]): CostFit {
  const relative = costs.map(({ startupMs, cpuMs, measuredMs }) => [startupMs / measuredMs, cpuMs / measuredMs] as const);
  const sum = (term: (startup: number, cpu: number) => number): number =>
    relative.reduce((all, [startup, cpu]) => all + term(startup, cpu), 0);
  const [ss, sc, cc] = [sum((s) => s * s), sum((s, c) => s * c), sum((_s, c) => c * c)];
  const [s, c] = [sum((startup) => startup), sum((_startup, cpu) => cpu)];
  const determinant = ss * cc - sc * sc;
  const both = determinant > 0 ? ([(s * cc - c * sc) / determinant, (c * ss - s * sc) / determinant] as const) : null;
  const alone = cc > 0 ? ([0, c / cc] as const) : ([ss > 0 ? s / ss : 1, 0] as const);
  const [startup, cpu] = both !== null && both[0] >= 0 && both[1] >= 0 ? both : alone;
  return { startup, cpu, offBy: medianFactor(costs, 1, 1), offByFitted: medianFactor(costs, startup, cpu) };
}

function medianFactor(costs: readonly MeasuredCost[], startup: number, cpu: number): number {
  const factors = costs
    .map(({ startupMs, cpuMs, measuredMs }) => Math.exp(Math.abs(Math.log((startupMs * startup + cpuMs * cpu) / measuredMs))))
    .sort((left, right) => left - right);
  return factors[Math.floor(factors.length / 2)] ?? 1;
}

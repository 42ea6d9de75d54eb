import { medianInterval, quantile } from '../measure.ts';

/** What the statements of a list cost. */
export interface StatementTimes {
  /** Wall time of single calls. Units: milliseconds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** The median over the statements of the fastest call of each, wall time: what is left when neighbours on the machine and collections of garbage
   *  do not count. Units: milliseconds. */
  readonly fastestMs: number;
  /** Processor time of the process per statement, the mean over the list and the median over rounds. Units: milliseconds. */
  readonly cpuMs: number;
  readonly calls: number;
}

/** Runs every statement once a round and returns the times after the rounds of warm-up. */
export async function timeStatements(
  statements: readonly string[],
  run: (sql: string) => unknown,
  rounds: { readonly warmUp: number; readonly measured: number },
): Promise<StatementTimes> {
  const wall: number[] = [];
  const fastest = statements.map(() => Number.POSITIVE_INFINITY);
  const cpu: number[] = [];
  for (let round = -rounds.warmUp; round < rounds.measured; round++) {
    const cpuBefore = process.cpuUsage();
    for (const [index, sql] of statements.entries()) {
      const startedMs = performance.now();
      const result = run(sql);
      if (result instanceof Promise) await result;
      const tookMs = performance.now() - startedMs;
      if (round < 0) continue;
      wall.push(tookMs);
      fastest[index] = Math.min(fastest[index] ?? tookMs, tookMs);
    }
    if (round >= 0) cpu.push(cpuMs(cpuBefore) / statements.length);
  }
  wall.sort((left, right) => left - right);
  fastest.sort((left, right) => left - right);
  return {
    p50Ms: quantile(wall, 0.5),
    p99Ms: quantile(wall, 0.99),
    fastestMs: quantile(fastest, 0.5),
    cpuMs: medianInterval(cpu).median,
    calls: wall.length,
  };
}

/** Returns the processor time of the process since a reading. Units: milliseconds. */
export function cpuMs(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

import type { Check } from '../../test/prove/proof.ts';
import { type GatewayWorld, ARROW, MODE } from './gateway-world.ts';
import { medianInterval, quantile, round, sampleMs } from '../measure.ts';

const SELECT_ONE_SAMPLES = 500;

/** Statements until the code of both processes is compiled, as it is in a server that has run for a few seconds. */
const SELECT_ONE_WARM_UP = 4000;

/** Units: milliseconds at the median for `SELECT 1` on a server as it is shipped, which keeps results. */
const SHIPPED_MS_MAX = 1;

/** Measures one tiny statement, kept and computed each time; a crowd of computed ones is judged by `measureCrowd`. */
export async function measureSelectOne({ client }: GatewayWorld): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const [name, accept, sql] of [
    ['select-1-json', 'application/json', 'SELECT 1'],
    ['select-1-arrow', ARROW, 'SELECT 1'],
    ['select-1-computed-json', 'application/json', 'SELECT /*+ NO_CACHE */ 1'],
    ['select-1-computed-arrow', ARROW, 'SELECT /*+ NO_CACHE */ 1'],
  ] as const) {
    const run = (): Promise<unknown> => client.run(sql, { accept });
    await sampleMs(SELECT_ONE_WARM_UP, run);
    const times = await sampleMs(SELECT_ONE_SAMPLES, run);
    const { median, low, high } = medianInterval(times);
    const isKept = sql === 'SELECT 1';
    checks.push({
      id: name,
      value: round(median),
      unit: 'ms',
      target: isKept ? `<= ${String(SHIPPED_MS_MAX)}` : 'told',
      pass: !isKept || median <= SHIPPED_MS_MAX,
      note: `95% ${String(round(low))} to ${String(round(high))} of ${String(times.length)} on one kept connection; p99 ${String(round(quantile(times, 0.99)))} ms; ${MODE}`,
    });
  }
  return checks;
}

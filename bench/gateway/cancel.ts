import { setTimeout as sleep } from 'node:timers/promises';
import { PlatformError } from '../../spi/index.ts';
import type { Check } from '../../test/prove/proof.ts';
import type { ServerProcess } from '../../test/support/server-process.ts';
import { elapsedMs, medianInterval, quantile, round } from '../measure.ts';
import type { GatewayWorld } from './gateway-world.ts';

const CANCELS = 100;

/** Units: milliseconds at the 99th percentile. */
const CANCEL_MS_MAX = 30;

/** Runs for hours when nobody ends it. */
const ENDLESS = 'SELECT sum(a.n % 7 + b.n) AS s FROM generate_series(1, 1000000) AS a(n), generate_series(1, 1000000) AS b(n)';

/** Measures the time from `DELETE /v1/queries/{id}` until the statement's own client has its error. */
export async function measureCancel({ server, options: { log } }: GatewayWorld): Promise<readonly Check[]> {
  log(`  ${String(CANCELS)} statements are cancelled`);
  const times: number[] = [];
  for (let each = 0; each < CANCELS; each += 1) {
    const answer = server.sql(ENDLESS, { body: { timeoutMs: 600_000 } });
    const id = await runningStatement(server);
    await sleep(20);
    times.push(
      await elapsedMs(async () => {
        const [ended] = await Promise.all([
          answer.then((response) => response.text()),
          server.call(`/v1/queries/${id}`, { method: 'DELETE' }),
        ]);
        if (!ended.includes('ENGINE_CANCELLED'))
          throw new PlatformError('ENGINE_FAILED', `the statement ended otherwise: ${ended.slice(0, 300)}`);
      }),
    );
  }
  times.sort((left, right) => left - right);
  const p99 = quantile(times, 0.99);
  const { median, low, high } = medianInterval(times);
  return [
    {
      id: 'cancel-p99',
      value: round(p99),
      unit: 'ms',
      target: `<= ${String(CANCEL_MS_MAX)}`,
      pass: p99 <= CANCEL_MS_MAX,
      note: `median ${String(round(median))} ms, 95% ${String(round(low))} to ${String(round(high))}; from the DELETE until the statement's client has its error; ${String(CANCELS)} statements, one at a time`,
    },
  ];
}

async function runningStatement(server: ServerProcess): Promise<string> {
  for (let tries = 0; tries < 1000; tries += 1) {
    const { queries } = (await (await server.call('/v1/queries')).json()) as { queries: { queryId: string; state: string }[] };
    const running = queries.find(({ state }) => state === 'running');
    if (running !== undefined) return running.queryId;
    await sleep(2);
  }
  throw new PlatformError('INTERNAL_UNAVAILABLE', 'no statement came to run');
}

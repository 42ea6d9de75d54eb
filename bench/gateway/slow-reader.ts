import { PlatformError } from '../../spi/index.ts';
import type { Check } from '../../test/prove/proof.ts';
import type { ServerProcess } from '../../test/support/server-process.ts';
import { round } from '../measure.ts';
import { ARROW, type GatewayWorld } from './gateway-world.ts';
import { watchGrowth } from './watch-growth.ts';

/** Ends every complete Arrow stream. */
const END_OF_STREAM = Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0]);

/** Measures the memory that a reader costs who is slower than the result. */
export async function measureSlowReader({ server, client, options: { quick, log } }: GatewayWorld): Promise<Check> {
  const rows = quick ? 3_000_000 : 30_000_000;
  const bytesPerSecondMax = quick ? 20e6 : 5e6;
  const growthMibMax = quick ? 100 : 150;
  const sql = quick ? 'SELECT * FROM flights' : 'SELECT f.* FROM flights f CROSS JOIN generate_series(1, 10) AS copies(n)';
  log(`  ${String(rows)} rows to a reader of ${String(bytesPerSecondMax / 1e6)} MB/s`);
  const startedMs = performance.now();
  const { beforeMib, mostMib, result } = await watchGrowth(server, () =>
    client.run(sql, { accept: ARROW, bytesPerSecondMax, timeoutMs: 900_000 }),
  );
  const seconds = (performance.now() - startedMs) / 1000;
  const sent = await rowsSent(server, result.queryId);
  const complete = result.tail.subarray(-8).equals(END_OF_STREAM) && sent === rows;
  return {
    id: 'slow-reader-growth',
    value: round(mostMib - beforeMib),
    unit: 'MiB',
    target: `<= ${String(growthMibMax)}`,
    pass: complete && mostMib - beforeMib <= growthMibMax,
    note: `${String(sent)} rows, ${String(round(result.bytes / 1e6))} MB in ${String(round(seconds))} s; resident memory of the gateway and all its children: ${String(round(beforeMib))} MiB before, ${String(round(mostMib))} MiB at most`,
  };
}

async function rowsSent(server: ServerProcess, queryId: string): Promise<number> {
  const response = await server.call(`/v1/queries/${queryId}`);
  if (!response.ok) throw new PlatformError('REQUEST_NOT_FOUND', `the statement ${queryId} is not known any more`);
  return ((await response.json()) as { rows: number }).rows;
}

import type { Check } from '../../test/prove/proof.ts';
import { elapsedMs, measurePairs, medianInterval, ratioCheck, round } from '../measure.ts';
import { openEmbeddedPeer } from './embedded-peer.ts';
import { ARROW, type GatewayWorld, MODE } from './gateway-world.ts';
import { watchGrowth } from './watch-growth.ts';

const ROWS = 10_000_000;

/** Against draining DuckDB's own stream. */
const RATIO_MAX = 1.4;

const GROWTH_MIB_MAX = 100;

/** Units: megabytes (10^6 bytes) a second, at least. */
const RATE_MIN = { 'application/x-ndjson': 200, 'text/csv': 120 } as const;

/** Measures ten million rows of four columns as Arrow against draining DuckDB's stream, the memory that it takes, and the rates of formats that are text. */
export async function measureLargeResult({ server, client, warehouse, options: { quick, log } }: GatewayWorld): Promise<readonly Check[]> {
  const rows = quick ? ROWS / 10 : ROWS;
  log(`  a table of ${String(rows)} rows`);
  await client.run(
    `CREATE TABLE large AS SELECT n AS id, n * 0.25e0 AS amount, 'label ' || CAST(n % 1000 AS varchar) AS label, ` +
      `TIMESTAMP '2026-01-01 00:00:00' + n * INTERVAL '1' SECOND AS at FROM generate_series(1, ${String(rows)}) AS t(n)`,
    { accept: 'application/json', timeoutMs: 600_000 },
  );
  const peer = await openEmbeddedPeer(warehouse, ['large']);
  try {
    const run = (accept: string, sql = 'SELECT id, amount, label, at FROM large') =>
      client.run(sql, { accept, cached: false, timeoutMs: 600_000 });
    log('  as Arrow, and drained from DuckDB');
    const measured = await measurePairs({
      pairs: quick ? 7 : 15,
      ours: () => run(ARROW),
      peer: () => peer.run('SELECT id, amount, label, at FROM large'),
    });
    const checks: Check[] = [ratioCheck('large-result-arrow', measured, RATIO_MAX, MODE)];
    for (const copies of [1, 4]) {
      log(`  memory at ${String(copies * rows)} rows`);
      checks.push(
        await growthCheck(server, copies * rows, () =>
          run(ARROW, `SELECT l.* FROM large l CROSS JOIN generate_series(1, ${String(copies)}) AS c(n)`),
        ),
      );
    }
    for (const [accept, rateMin] of Object.entries(RATE_MIN)) {
      log(`  as ${accept}`);
      checks.push(await textRate(accept, rateMin, () => run(accept)));
    }
    return checks;
  } finally {
    peer.close();
  }
}

async function growthCheck(server: GatewayWorld['server'], rows: number, run: () => Promise<unknown>): Promise<Check> {
  const { beforeMib, mostMib } = await watchGrowth(server, run);
  const grownMib = mostMib - beforeMib;
  return {
    id: `large-result-growth-${String(rows / 1e6)}m`,
    value: round(grownMib),
    unit: 'MiB',
    target: `<= ${String(GROWTH_MIB_MAX)}`,
    pass: grownMib <= GROWTH_MIB_MAX,
    note: `resident memory of the gateway and all its children: ${String(round(beforeMib))} MiB before`,
  };
}

async function textRate(accept: string, rateMin: number, run: () => Promise<{ readonly bytes: number }>): Promise<Check> {
  const rates: number[] = [];
  let bytes = 0;
  for (let each = 0; each < 5; each += 1) {
    const ms = await elapsedMs(async () => {
      ({ bytes } = await run());
    });
    rates.push(bytes / 1e3 / ms);
  }
  const { median, low, high } = medianInterval(rates);
  return {
    id: `large-result-${accept.split(/[/-]/).at(-1) ?? accept}`,
    value: round(median),
    unit: 'MB/s',
    target: `>= ${String(rateMin)}`,
    pass: median >= rateMin,
    note: `${String(round(low))} to ${String(round(high))} of ${String(rates.length)} runs of ${String(round(bytes / 1e6))} MB`,
  };
}

import type { Check } from '../../test/prove/proof.ts';
import { elapsedMs, round } from '../measure.ts';
import type { GatewayWorld } from './gateway-world.ts';

/** How often the size of the long statement is put right: the machine's speed is not steady. */
const CALIBRATIONS_MAX = 5;

/** Runs one statement for as long as users may. */
export async function checkLongStatement({ client, options: { quick, log } }: GatewayWorld): Promise<Check> {
  const wantedMs = quick ? 10_000 : 60_000;
  const series = (rows: number): string => `SELECT sum(n % 7) AS s FROM generate_series(1, ${String(rows)}) AS t(n)`;
  const probeRows = 100_000_000;
  const run = (rows: number) => client.run(series(rows), { accept: 'application/json', timeoutMs: 600_000, cached: false });
  let rows = probeRows;
  let seconds = 0;
  for (let tries = 0; seconds * 1000 < wantedMs && tries < CALIBRATIONS_MAX; tries += 1) {
    log(`  a statement over ${String(rows)} rows`);
    seconds = (await elapsedMs(() => run(rows))) / 1000;
    rows = Math.ceil(Math.max(rows * 1.5, (rows * wantedMs * 1.3) / (seconds * 1000)));
  }
  return lastedCheck('long-statement', seconds, wantedMs);
}

/** Sends rows to a table for as long. */
export async function checkLongUpload({ client, options: { quick, log } }: GatewayWorld): Promise<Check> {
  const wantedMs = quick ? 10_000 : 60_000;
  const pauseMs = 250;
  const pieces = Array.from({ length: Math.ceil(wantedMs / pauseMs) + 1 }, (_, index) => `{"n":${String(index)}}\n`.repeat(100));
  log(`  an upload of ${String(pieces.length)} pieces`);
  let answer = '';
  const seconds =
    (await elapsedMs(async () => {
      answer = await client.upload('/v1/tables/main/uploads/rows', 'application/x-ndjson', pieces, pauseMs);
    })) / 1000;
  const { rows } = JSON.parse(answer) as { rows: number };
  const check = lastedCheck('long-upload', seconds, wantedMs);
  return { ...check, pass: check.pass && rows === pieces.length * 100, note: `${String(rows)} rows committed` };
}

function lastedCheck(id: string, seconds: number, wantedMs: number): Check {
  return {
    id,
    value: round(seconds),
    unit: 's',
    target: `succeeds after >= ${String(wantedMs / 1000)} s`,
    pass: seconds * 1000 >= wantedMs,
  };
}

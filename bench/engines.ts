import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Check, Proof, ProofOptions } from '../test/prove/proof.ts';
import { startServerProcess } from '../test/support/server-process.ts';
import { openBatchPeer } from './engines/batch-peer.ts';
import { measureStreamRate } from './engines/stream-rate.ts';
import { type BenchClient, openBenchClient } from './gateway/http-client.ts';
import { measurePairs, ratioCheck } from './measure.ts';

const RATIO_MAX = 1.5;

/** A day's flights of each route, as a batch job would keep them. */
const SUMMARY =
  'CAST(date AS date) AS day, origin, destination, count(*) AS flights, avg(delay) AS mean_delay, min(delay) AS least_delay, ' +
  'max(delay) AS most_delay, sum(distance) AS distance FROM flights GROUP BY CAST(date AS date), origin, destination';

/** Measures the engines beside the interactive one. */
export const benchmark: Proof = {
  name: 'engines',
  summary: 'a batch job over three million flights against one bare DuckDB statement; the events per second of a stream',
  needs: ['linux'],
  run: async (options) => {
    const whole = await measureBatch(options, null);
    const cut = await measureBatch(options, 0);
    // What the exchange of rows between tasks costs is told, not judged: the engine cuts only what is too large for one task.
    return [whole, { ...cut, id: 'batch-job-in-stages', target: 'told', pass: true }, ...(await measureStreamRate(options))];
  },
};

/** `wholeBytesMax` 0 makes the engine cut the statement into stages, whatever its size. */
async function measureBatch({ quick, log }: ProofOptions, wholeBytesMax: number | null): Promise<Check> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'trivium-bench-')));
  const data = join(root, 'data');
  const packageFile = (name: string): string => fileURLToPath(new URL(`../data/${name}`, import.meta.resolve('vega-datasets')));
  const settings = [`files.allowedDirectories=${packageFile('')}`, 'limits.queryTimeoutMs=900000'];
  const config = join(root, 'trivium.yaml');
  const cutting = wholeBytesMax === null ? '' : `, config: { wholeBytesMax: ${String(wholeBytesMax)} }`;
  writeFileSync(config, `engines: [{ module: olap }, { module: batch${cutting} }]\n`);
  const server = await startServerProcess({ dataDirectory: data, settings, config });
  const client = openBenchClient(server);
  const peer = await openBatchPeer(join(data, 'warehouse'), join(root, 'peer'));
  try {
    await loadFlights(client, packageFile('flights-3m.parquet'));
    await peer.open('flights');
    const threads = availableParallelism();
    log(`  a partitioned summary of three million flights, ${String(threads)} threads on both sides`);
    const measured = await measurePairs({
      pairs: quick ? 7 : 15,
      ours: () => client.run(`INSERT OVERWRITE summary SELECT /*+ ENGINE(batch) */ ${SUMMARY}`, { accept: 'application/json' }),
      peer: () => peer.copyPartitioned(`SELECT *, month(day) AS month_of_day FROM (SELECT ${SUMMARY})`, 'month_of_day'),
    });
    const mode = `INSERT .. SELECT into a table partitioned by month through the batch engine over HTTP, ${String(threads)} executors; the peer is one COPY .. PARTITION_BY of an embedded DuckDB, ${String(threads)} threads`;
    return ratioCheck('batch-job', measured, RATIO_MAX, mode);
  } finally {
    peer.close();
    client.close();
    await server.stop();
    rmSync(root, { recursive: true, force: true });
  }
}

async function loadFlights(client: BenchClient, file: string): Promise<void> {
  const run = (sql: string): Promise<unknown> => client.run(sql, { accept: 'application/json' });
  await run('CREATE TABLE flights (date timestamp, delay integer, distance integer, origin varchar, destination varchar)');
  await run(`COPY flights FROM '${file}' (FORMAT parquet)`);
  await run(
    'CREATE TABLE summary (day date, origin varchar, destination varchar, flights bigint, mean_delay double, least_delay integer, ' +
      'most_delay integer, distance bigint) PARTITIONED BY (month(day))',
  );
}

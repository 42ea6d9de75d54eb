import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Check, Proof } from '../test/prove/proof.ts';
import { startServerProcess } from '../test/support/server-process.ts';
import { tpcData } from '../test/prove/corpora/tpc-data.ts';
import { measureAggregates } from './gateway/aggregates.ts';
import { measureCancel } from './gateway/cancel.ts';
import { measureCrowd } from './gateway/crowd.ts';
import type { GatewayWorld } from './gateway/gateway-world.ts';
import { type BenchClient, openBenchClient } from './gateway/http-client.ts';
import { measureLargeResult } from './gateway/large-result.ts';
import { checkLongStatement, checkLongUpload } from './gateway/long-requests.ts';
import { measureSelectOne } from './gateway/select-one.ts';
import { measureSlowReader } from './gateway/slow-reader.ts';
import { TPCH_SCALE, measureTpch } from './gateway/tpch.ts';

type Part = (world: GatewayWorld) => Promise<readonly Check[]>;

/** In the order in which they run; those from `tpch` on need minutes, and are left out by `--quick` unless one is asked for. */
const PARTS: Readonly<Record<string, Part>> = {
  'select-1': measureSelectOne,
  aggregates: measureAggregates,
  long: async (world) => [await checkLongStatement(world), await checkLongUpload(world)],
  'slow-reader': async (world) => [await measureSlowReader(world)],
  crowd: measureCrowd,
  cancel: measureCancel,
  tpch: measureTpch,
  'large-result': measureLargeResult,
};

const NOT_QUICK = new Set(['crowd', 'cancel', 'tpch', 'large-result']);

/** Measures a real server over HTTP against DuckDB in this process, over the same files. */
export const benchmark: Proof = {
  name: 'gateway',
  summary:
    'SELECT 1, six aggregates and TPC-H against embedded DuckDB, long statements and uploads, a slow reader, crowds, cancelling, large results',
  needs: ['linux'],
  parts: Object.keys(PARTS),
  run: async (options) => {
    const { quick, only, log } = options;
    const parts = Object.entries(PARTS).filter(([name]) => (only === undefined ? !(quick && NOT_QUICK.has(name)) : name === only));
    const tpch = parts.some(([name]) => name === 'tpch') ? tpcData('tpch', TPCH_SCALE, log) : null;
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'trivium-bench-')));
    const data = join(root, 'data');
    const packageFile = (name: string): string => fileURLToPath(new URL(`../data/${name}`, import.meta.resolve('vega-datasets')));
    const folders = [packageFile(''), ...(tpch === null ? [] : [tpch])];
    const settings = [`files.allowedDirectories=${folders.join(',')}`, 'limits.queryTimeoutMs=900000'];
    const server = await startServerProcess({ dataDirectory: data, settings });
    const client = openBenchClient(server);
    try {
      await loadFlights(client, packageFile);
      const checks: Check[] = [];
      for (const [, measure] of parts) checks.push(...(await measure({ server, client, warehouse: join(data, 'warehouse'), options })));
      return checks;
    } finally {
      client.close();
      await server.stop();
      rmSync(root, { recursive: true, force: true });
    }
  },
};

async function loadFlights(client: BenchClient, packageFile: (name: string) => string): Promise<void> {
  const run = (sql: string): Promise<unknown> => client.run(sql, { accept: 'application/json' });
  await run('CREATE TABLE flights (date timestamp, delay integer, distance integer, origin varchar, destination varchar)');
  await run(`COPY flights FROM '${packageFile('flights-3m.parquet')}' (FORMAT parquet)`);
  await run(
    'CREATE TABLE airports (iata varchar, name varchar, city varchar, state varchar, country varchar, latitude double, longitude double)',
  );
  await run(`COPY airports FROM '${packageFile('airports.csv')}' (FORMAT csv, HEADER true)`);
  await run('CREATE TABLE uploads (n bigint)');
}

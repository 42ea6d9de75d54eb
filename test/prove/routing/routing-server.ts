import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { PlatformError } from '../../../spi/index.ts';
import { type ServerProcess, startServerProcess } from '../../support/server-process.ts';
import { VIEWS } from './statements.ts';

/** Three engines, the interactive one with little memory and no disk to spill to. */
const CONFIGURATION = `engines:
  - module: olap
    config: { memoryBytesMax: ${String(256 * 2 ** 20)}, spillBytesMax: 0 }
  - module: batch
    config: { memoryBytesMax: ${String(2 ** 30)}, spares: 2 }
  - module: stream
log:
  level: warn
`;

/** How long views may take to catch up. Units: milliseconds. */
const CATCH_UP_MS = 120_000;

/** Starts a server with three engines, loads so many flights and waits until the views hold them.
 *  @throws what a statement of the preparation fails with */
export async function startRoutingServer(folder: string, rows: number, log: (line: string) => void): Promise<ServerProcess> {
  const packageFile = (name: string): string => fileURLToPath(new URL(`../data/${name}`, import.meta.resolve('vega-datasets')));
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'trivium.yaml');
  writeFileSync(config, CONFIGURATION);
  const server = await startServerProcess({
    dataDirectory: join(folder, 'data'),
    config,
    settings: [`files.allowedDirectories=${packageFile('')}`],
  });
  try {
    const flights = '(date timestamp, delay integer, distance integer, origin varchar, destination varchar)';
    await run(server, `CREATE TABLE staged ${flights}`);
    await run(server, `COPY staged FROM '${packageFile('flights-3m.parquet')}' (FORMAT parquet)`);
    await run(server, `CREATE TABLE flights ${flights}`);
    await run(server, `INSERT INTO flights SELECT * FROM staged ORDER BY date LIMIT ${String(rows)}`);
    await run(
      server,
      'CREATE TABLE airports (iata varchar, name varchar, city varchar, state varchar, country varchar, latitude double, longitude double)',
    );
    await run(server, `COPY airports FROM '${packageFile('airports.csv')}' (FORMAT csv, HEADER true)`);
    for (const [name, query] of Object.entries(VIEWS)) await run(server, `CREATE MATERIALIZED VIEW ${name} AS ${query}`);
    for (const [name, query] of Object.entries(VIEWS)) {
      log(`  waiting for ${name}`);
      await waitForView(server, name, query);
    }
    return server;
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** A row of EXPLAIN ROUTE. */
export interface RouteRow {
  readonly engine: string;
  readonly chosen: boolean;
  readonly refusal_code: string | null;
}

/** Explains how a statement would be routed. */
export async function explainRoute(server: ServerProcess, sql: string, session: object = {}): Promise<readonly RouteRow[]> {
  const { columns, data } = await run(server, `EXPLAIN ROUTE ${sql}`, session);
  return data.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index]])) as unknown as RouteRow);
}

/** Runs a statement that must succeed.
 *  @throws ENGINE_FAILED with what the server answered */
export async function run(
  server: ServerProcess,
  sql: string,
  session: object = {},
): Promise<{ readonly columns: readonly { readonly name: string }[]; readonly data: readonly (readonly unknown[])[] }> {
  const response = await server.sql(sql, { body: { session } });
  if (!response.ok) throw new PlatformError('ENGINE_FAILED', `${sql.slice(0, 200)}: ${await response.text()}`);
  return (await response.json()) as Awaited<ReturnType<typeof run>>;
}

async function waitForView(server: ServerProcess, name: string, query: string): Promise<void> {
  const deadlineMs = Date.now() + CATCH_UP_MS;
  for (;;) {
    const rows = await explainRoute(server, query);
    const view = rows.find(({ engine }) => engine === `(view main.${name})`);
    if (view?.refusal_code === null) return;
    if (Date.now() > deadlineMs) throw new PlatformError('STREAM_STALE', `${name} did not catch up: ${JSON.stringify(rows)}`);
    await sleep(250);
  }
}

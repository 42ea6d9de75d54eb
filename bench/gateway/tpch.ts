import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { differenceOf } from '../../test/prove/corpora/compare-answers.ts';
import { readCorpus } from '../../test/prove/corpora/corpus.ts';
import { readReference } from '../../test/prove/corpora/duckdb-answers.ts';
import { readAnswer } from '../../test/prove/corpora/engine-answers.ts';
import { tpcData } from '../../test/prove/corpora/tpc-data.ts';
import type { Check } from '../../test/prove/proof.ts';
import { measurePairs, round } from '../measure.ts';
import { ARROW, type GatewayWorld, MODE } from './gateway-world.ts';
import { openEmbeddedPeer } from './embedded-peer.ts';

/** Units: scale factor of TPC-H. */
export const TPCH_SCALE = 1;

/** The sum of the medians of all statements, against embedded DuckDB on the same files. */
const SUM_RATIO_MAX = 1.03;

/** Measures the 22 statements of TPC-H against embedded DuckDB on the files of our tables, after their answers were compared. */
export async function measureTpch(world: GatewayWorld): Promise<readonly Check[]> {
  const { client, warehouse, options } = world;
  const statements = readCorpus('tpch');
  const tables = await loadTables(world);
  const wrong = await wrongAnswers(world, statements);
  const peer = await openEmbeddedPeer(warehouse, tables);
  let [ours, theirs] = [0, 0];
  const told: string[] = [];
  try {
    for (const { id, sql } of statements) {
      options.log(`  tpch ${id}`);
      const measured = await measurePairs({
        pairs: options.quick ? 3 : 7,
        warmUpPairs: 1,
        ours: () => client.run(sql, { accept: ARROW, cached: false, timeoutMs: 600_000 }),
        peer: () => peer.run(sql),
      });
      ours += measured.ours.median;
      theirs += measured.peer.median;
      told.push(`${id} ${String(round(measured.ours.median / measured.peer.median))}`);
    }
  } finally {
    peer.close();
  }
  return [
    {
      id: 'tpch-answers',
      value: statements.length - wrong.length,
      unit: 'statements',
      target: `${String(statements.length)} of ${String(statements.length)} equal DuckDB's`,
      pass: wrong.length === 0,
      note: wrong.join('; ') || `scale factor ${String(TPCH_SCALE)}`,
    },
    {
      id: 'tpch-sum',
      value: round(ours / theirs),
      unit: 'ratio',
      target: `<= ${String(SUM_RATIO_MAX)}`,
      pass: ours / theirs <= SUM_RATIO_MAX,
      note: `sum of medians ${String(round(ours))} ms ours, ${String(round(theirs))} ms embedded; ${told.join(', ')}; ${MODE}`,
    },
  ];
}

async function loadTables({ client, options: { log } }: GatewayWorld): Promise<string[]> {
  const folder = tpcData('tpch', TPCH_SCALE, log);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const tables: string[] = [];
  for (const file of readdirSync(folder)) {
    const table = basename(file, '.parquet');
    log(`  loading ${table}`);
    const path = join(folder, file).replaceAll("'", "''");
    const described = await connection.runAndReadAll(`DESCRIBE FROM read_parquet('${path}')`);
    const columns = described.getRows().map(([name, type]) => `${String(name)} ${String(type)}`);
    await client.run(`CREATE TABLE ${table} (${columns.join(', ')})`, { accept: 'application/json' });
    await client.run(`COPY ${table} FROM '${path}' (FORMAT parquet)`, { accept: 'application/json', timeoutMs: 600_000 });
    tables.push(table);
  }
  connection.closeSync();
  instance.closeSync();
  return tables;
}

/** Returns what differs from the answers of DuckDB over the generator's own files. */
async function wrongAnswers(
  { server, options: { log } }: GatewayWorld,
  statements: readonly { readonly id: string; readonly sql: string }[],
): Promise<string[]> {
  const folder = tpcData('tpch', TPCH_SCALE, log);
  const instance = await DuckDBInstance.create(':memory:', { threads: String(availableParallelism()) });
  const connection = await instance.connect();
  for (const file of readdirSync(folder)) {
    const path = join(folder, file).replaceAll("'", "''");
    await connection.run(`CREATE VIEW ${basename(file, '.parquet')} AS FROM read_parquet('${path}')`);
  }
  const wrong: string[] = [];
  for (const { id, sql } of statements) {
    const response = await server.sql(sql, { accept: ARROW, body: { timeoutMs: 600_000 } });
    const answer = readAnswer([new Uint8Array(await response.arrayBuffer())]);
    const difference = differenceOf(await readReference(connection, sql), answer, []);
    if (difference !== null) wrong.push(`${id}: ${difference}`);
  }
  connection.closeSync();
  instance.closeSync();
  return wrong;
}

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

const CUSTOMERS = `
  SELECT i::INTEGER AS id,
         CASE WHEN random() < 0.1 THEN NULL ELSE 'customer ' || (i % 17) END AS name,
         (ARRAY['north', 'east', 'south', 'west'])[1 + floor(random() * 4)::INTEGER] AS region,
         random() < 0.5 AS active
  FROM range($rows // 10) t(i)`;
const ORDERS = `
  SELECT i::BIGINT AS id,
         floor(random() * ($rows // 10 + 5))::INTEGER AS customer_id,
         CASE WHEN random() < 0.05 THEN NULL ELSE (floor(random() * 100000) / 100)::DECIMAL(12,2) END AS amount,
         DATE '2020-01-01' + floor(random() * 1500)::INTEGER AS ordered_on,
         TIMESTAMP '2020-01-01' + to_microseconds(floor(random() * 1e14)::BIGINT) AS placed_at,
         random() * 10 AS weight
  FROM range($rows) t(i)`;
const PRICES = `
  SELECT floor(random() * 20)::INTEGER AS product, DATE '2020-01-01' + (i * 7)::INTEGER AS valid_from, (random() * 50)::DECIMAL(8,3) AS price
  FROM range($rows // 10) t(i)`;

/** Writes the tables that the recorded plans read, one Parquet file each, with values drawn from the seed. */
export async function writeReplayTables(folder: string, rows: number, seed: number): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    await connection.run(`SELECT setseed(${((seed % 1000) / 1000).toFixed(3)})`);
    for (const [name, sql] of Object.entries({ customers: CUSTOMERS, orders: ORDERS, prices: PRICES })) {
      await connection.run(
        `COPY (${sql.replaceAll('$rows', String(rows))}) TO '${join(folder, `${name}.parquet`)}' (FORMAT parquet, COMPRESSION zstd)`,
      );
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

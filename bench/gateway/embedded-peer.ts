import { readdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { assert } from '../../spi/index.ts';

/** DuckDB in this process over the same Parquet files. */
export interface EmbeddedPeer {
  /** Runs a statement and reads its result to the end; returns the rows. */
  run(sql: string): Promise<number>;
  close(): void;
}

/** Opens the peer with one view per table over the files that the table has in the warehouse. */
export async function openEmbeddedPeer(warehouseDirectory: string, tables: readonly string[]): Promise<EmbeddedPeer> {
  const instance = await DuckDBInstance.create(':memory:', { threads: String(availableParallelism()) });
  const connection = await instance.connect();
  const files = readdirSync(warehouseDirectory, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.parquet'));
  for (const table of tables) {
    const own = files.filter((file) =>
      file.split('/').some((part) => part === table || part.startsWith(`${table}-`) || part.startsWith(`${table}_`)),
    );
    assert(own.length > 0, `the warehouse has no files of ${table}`);
    const list = own.map((file) => `'${join(warehouseDirectory, file)}'`).join(', ');
    await connection.run(`CREATE VIEW ${table} AS SELECT * FROM read_parquet([${list}])`);
  }
  return {
    run: (sql) => drain(connection, sql),
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function drain(connection: DuckDBConnection, sql: string): Promise<number> {
  const result = await connection.stream(sql);
  let rows = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return rows;
    rows += chunk.rowCount;
  }
}

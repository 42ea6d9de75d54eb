import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { assert } from '../../spi/index.ts';

/** DuckDB in this process, which writes partitioned Parquet as a batch job does. */
export interface BatchPeer {
  /** Makes a view over the files that a table has in the warehouse. */
  open(table: string): Promise<void>;
  /** Runs one statement that writes its rows into a folder per value of a column. */
  copyPartitioned(selectSql: string, column: string): Promise<void>;
  close(): void;
}

/** Opens the peer; it writes below `outputDirectory`. */
export async function openBatchPeer(warehouseDirectory: string, outputDirectory: string): Promise<BatchPeer> {
  const instance = await DuckDBInstance.create(':memory:', { threads: String(availableParallelism()) });
  const connection = await instance.connect();
  return {
    open: async (table) => {
      const files = readdirSync(warehouseDirectory, { recursive: true, encoding: 'utf8' }).filter(
        (file) => file.endsWith('.parquet') && file.split('/').some((part) => part === table || part.startsWith(`${table}-`)),
      );
      assert(files.length > 0, `the warehouse has no files of ${table}`);
      const list = files.map((file) => `'${join(warehouseDirectory, file)}'`).join(', ');
      await connection.run(`CREATE VIEW ${table} AS SELECT * FROM read_parquet([${list}])`);
    },
    copyPartitioned: async (selectSql, column) => {
      rmSync(outputDirectory, { recursive: true, force: true });
      mkdirSync(outputDirectory, { recursive: true });
      await connection.run(`COPY (${selectSql}) TO '${outputDirectory}' (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (${column}))`);
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

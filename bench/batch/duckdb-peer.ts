import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { lowerPriority } from '../../runtime/process/index.ts';
import type { BatchWorld } from './batch-world.ts';
import { MEMORY_BYTES, THREADS } from './join-job.ts';

/** DuckDB in this process over the same files. */
export interface DuckdbPeer {
  /** Writes the rows of a query to one Parquet file. */
  copy(select: string): Promise<void>;
  close(): void;
}

/** Opens the peer with the threads and the memory of the comparison. */
export async function openDuckdbPeer(world: BatchWorld): Promise<DuckdbPeer> {
  const settings = {
    threads: String(THREADS),
    memory_limit: `${String(MEMORY_BYTES / 2 ** 20)}MiB`,
    temp_directory: join(world.scratch, 'spill'),
  };
  const instance = await DuckDBInstance.create(':memory:', settings);
  const connection = await instance.connect();
  // The executors stand behind all others on the processor: on a busy machine the peer must, too.
  lowerPriority(process.pid);
  await connection.run('SET preserve_insertion_order = false');
  for (const table of ['facts', 'parties']) {
    const files = world.filesOf(table).map((file) => `'${file}'`);
    await connection.run(`CREATE VIEW ${table} AS SELECT * FROM read_parquet([${files.join(', ')}])`);
  }
  const output = join(world.scratch, 'peer.parquet');
  return {
    copy: async (select) => {
      rmSync(output, { force: true });
      await connection.run(`COPY (${select}) TO '${output}' (FORMAT parquet, COMPRESSION zstd)`);
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ChildHandle, createWarmPool, spawnChild } from '../../runtime/process/index.ts';
import type { DataService } from './data-service.ts';
import type { DataProcessSettings } from './operation/operation-databases.ts';
import { PooledDataService } from './pooled-data-service.ts';

/** What the data service has to be told. */
export interface DataServiceOptions {
  /** Child processes at most; an operation beyond that waits for its turn. */
  readonly processesMax: number;
  /** Threads of DuckDB in each process. */
  readonly threads: number;
  /** Units: bytes of memory for DuckDB in each process. */
  readonly memoryBytesMax: number;
  /** Directory for temporary files. */
  readonly spoolDirectory: string;
  /** Directory below which all splits and staging directories lie. */
  readonly dataDirectory: string;
  /** Directory of the files that clients have sent to this server. */
  readonly uploadsDirectory: string;
  /** Directories of files of others, which are read. None when left out. */
  readonly foreignDirectories?: readonly string[];
  /** Takes each line that a child writes to its standard output or error, and what becomes of children. */
  onLog(line: string): void;
}

/** Node itself, frames under way, and what DuckDB takes over its limit. */
const PROCESS_BYTES_OVERHEAD = 1 << 30;

/** Starts the data service; its first process is started in the background. */
export function openDataService(options: DataServiceOptions): Promise<DataService> {
  let started = 0;
  const pool = createWarmPool({
    spares: 1,
    sizeMax: options.processesMax,
    spawn: () => spawnDataProcess(options, join(options.spoolDirectory, `data-${String((started += 1))}`)),
    onSpawnError: (error) => {
      options.onLog(`a data process could not be started: ${String(error)}`);
    },
  });
  return Promise.resolve(new PooledDataService(pool, options.dataDirectory, options.foreignDirectories ?? []));
}

async function spawnDataProcess(options: DataServiceOptions, spoolDirectory: string): Promise<ChildHandle> {
  const { threads, memoryBytesMax, dataDirectory, uploadsDirectory } = options;
  const settings: DataProcessSettings = { threads, memoryBytesMax, spoolDirectory, dataDirectory, uploadsDirectory };
  const child = await spawnChild({
    entry: new URL('./data-main.ts', import.meta.url),
    name: 'trivium-data',
    args: [JSON.stringify(settings)],
    memoryBytesMax: memoryBytesMax + PROCESS_BYTES_OVERHEAD,
    lostCode: 'STORAGE_UNAVAILABLE',
    onLog: (line) => {
      options.onLog(line);
    },
  });
  // A process that was killed leaves what it had spilled.
  void child.exited.then(() => rm(spoolDirectory, { recursive: true, force: true })).catch(() => undefined);
  return child;
}

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineHost } from '../../spi/index.ts';
import { type ChildHandle, createWarmPool, spawnChild, type WarmPool, type WarmPoolOptions } from '../../runtime/process/index.ts';
import { ALLOCATOR_ENVIRONMENT } from '../duckdb/allocator-environment.ts';
import type { ChildSettings } from './child-message.ts';
import type { QueryLane } from './choose-lane.ts';
import type { OlapConfig } from './olap-config.ts';

/** Part of a process's memory that DuckDB may plan with: what it does not account for takes the rest. */
const DUCKDB_SHARE = 0.8;

/** Memory that Node, the library and the threads' stacks take beside the data. Units: bytes. */
const PROCESS_BYTES = 512 * 2 ** 20;

/** Lines kept of what a child wrote, to tell why it ended. */
const LINES_KEPT = 20;

/** What the processes of a pool are there for. */
export type PoolLane = QueryLane | 'write';

/** Ready child processes of one lane. */
export interface ChildPool {
  readonly pool: WarmPool;
  /** Returns the last lines that a child wrote to its outputs. */
  linesOf(child: ChildHandle): readonly string[];
}

/** Keeps processes ready. Those of short queries go before all others, the rest has time.
 *  @throws the error of the file system when the directory for spills cannot be made */
export async function createChildPool(lane: PoolLane, config: OlapConfig, host: EngineHost): Promise<ChildPool> {
  const role: ChildSettings['role'] = lane === 'write' ? 'writer' : 'query';
  const spillRoot = join(host.spoolDirectory, `spill-${lane}`);
  await mkdir(spillRoot, { recursive: true });
  const lines = new WeakMap<ChildHandle, string[]>();
  let started = 0;
  const spawn = async (): Promise<ChildHandle> => {
    started += 1;
    const settings: ChildSettings = {
      role,
      dataDirectory: host.dataDirectory,
      foreignDirectories: host.foreignDirectories ?? [],
      // Each process has a directory of its own: DuckDB takes files of others for leftovers.
      spillDirectory: join(spillRoot, String(started)),
      spillBytesMax: config.spillBytesMax,
      memoryBytesMax: Math.floor(config.memoryBytesMax * DUCKDB_SHARE),
      threads: config.threads,
    };
    const written: string[] = [];
    const child = await spawnChild({
      entry: new URL('./child/olap-child.ts', import.meta.url),
      name: `trivium-olap-${role}${lane === 'short' ? '-short' : ''}`,
      args: [JSON.stringify(settings)],
      memoryBytesMax: config.memoryBytesMax + PROCESS_BYTES,
      env: ALLOCATOR_ENVIRONMENT,
      lowPriority: lane !== 'short',
      lostCode: 'ENGINE_LOST',
      onLog: (line) => {
        written.push(line);
        if (written.length > LINES_KEPT) written.shift();
        host.log.warn({ engine: 'olap', role }, line);
      },
    });
    lines.set(child, written);
    return child;
  };
  const pool = createWarmPool({
    spawn,
    ...sizesOf(lane, config),
    onSpawnError: (error) => {
      host.log.error({ engine: 'olap', role, error: String(error) }, 'a process cannot be started');
    },
  });
  return { pool, linesOf: (child) => lines.get(child) ?? [] };
}

function sizesOf(
  lane: PoolLane,
  { spares, processesMax, shortProcesses }: OlapConfig,
): Pick<WarmPoolOptions, 'spares' | 'sizeMax' | 'uncountedMax'> {
  switch (lane) {
    case 'short':
      return { spares: shortProcesses, sizeMax: shortProcesses, uncountedMax: processesMax };
    case 'long':
      return { spares, sizeMax: processesMax };
    case 'write':
      return { spares: 1, sizeMax: Math.max(2, Math.ceil(processesMax / 2)) };
  }
}

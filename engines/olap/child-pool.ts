import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { EngineHost } from '../../spi/index.ts';
import { type ChildHandle, createWarmPool, spawnChild, type WarmPool } from '../../runtime/process/index.ts';
import type { ChildSettings } from './child-message.ts';
import type { OlapConfig } from './olap-config.ts';

/** Part of a process's memory that DuckDB may plan with: what it does not account for takes the rest. */
const DUCKDB_SHARE = 0.8;

/** Memory that Node, the library and the threads' stacks take beside the data. Units: bytes. */
const PROCESS_BYTES = 512 * 2 ** 20;

/** Lines kept of what a child wrote, to tell why it ended. */
const LINES_KEPT = 20;

/** Ready child processes of one role. */
export interface ChildPool {
  readonly pool: WarmPool;
  /** Returns the last lines that a child wrote to its outputs. */
  linesOf(child: ChildHandle): readonly string[];
}

/** Keeps query or writer processes ready.
 *  @throws the error of the file system when the directory for spills cannot be made */
export async function createChildPool(role: ChildSettings['role'], config: OlapConfig, host: EngineHost): Promise<ChildPool> {
  const spillRoot = join(host.spoolDirectory, `spill-${role}`);
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
      name: `trivium-olap-${role}`,
      args: [JSON.stringify(settings)],
      memoryBytesMax: config.memoryBytesMax + PROCESS_BYTES,
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
    spares: role === 'query' ? config.spares : 1,
    sizeMax: role === 'query' ? config.processesMax : Math.max(2, Math.ceil(config.processesMax / 2)),
    onSpawnError: (error) => {
      host.log.error({ engine: 'olap', role, error: String(error) }, 'a process cannot be started');
    },
  });
  return { pool, linesOf: (child) => lines.get(child) ?? [] };
}

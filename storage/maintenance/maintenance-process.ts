import { type Json, spawnChild } from '../../runtime/process/index.ts';
import type { MaintenanceRun, Progress } from '../../spi/index.ts';

/** What a maintenance process is told. */
export interface MaintenanceProcessOptions {
  readonly warehouseDirectory: string;
  onLog(line: string): void;
}

/** Units: milliseconds that a process may take to end by itself. */
const STOP_GRACE_MS = 1000;

/** Runs one work in a process of its own, which ends with it.
 *  @throws the work's error, the reason of the run's signal, STORAGE_UNAVAILABLE when the process is lost */
export async function runMaintenance(
  { warehouseDirectory, ...options }: MaintenanceProcessOptions,
  method: string,
  params: Json,
  run: MaintenanceRun,
): Promise<Json> {
  run.signal.throwIfAborted();
  const child = await spawnChild({
    entry: new URL('./maintenance-main.ts', import.meta.url),
    name: 'trivium-maintenance',
    args: [warehouseDirectory],
    lostCode: 'STORAGE_UNAVAILABLE',
    onLog: (line) => {
      options.onLog(line);
    },
  });
  try {
    const exchange = child.channel.open(method, params, { signal: run.signal });
    for await (const frame of exchange.frames) run.onProgress(JSON.parse(Buffer.from(frame).toString()) as Progress);
    return await exchange.result;
  } finally {
    await child.stop(STOP_GRACE_MS);
  }
}

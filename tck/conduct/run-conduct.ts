import { setTimeout as sleep } from 'node:timers/promises';
import type { RunOptions } from '../../spi/index.ts';
import type { CheckContext } from '../check/check.ts';
import { prepareCase, type PreparedCase } from '../check/plan-case.ts';
import { describeError, runOptions } from '../run/ask-engine.ts';
import type { StartedEngine } from '../run/start-engine.ts';
import { largeTable } from '../world/large-table.ts';

/** Rows of the table whose reading takes many frames. */
export const MANY_ROWS = 240_000;

/** How long a run may take, whatever becomes of it. Units: milliseconds. */
const RUN_MS = 60_000;

/** Returns a query over many rows that the engine takes, null when it takes none. */
export async function longQuery({ world, shared }: CheckContext): Promise<PreparedCase | null> {
  const name = await largeTable(world, MANY_ROWS);
  for (const sql of [`SELECT id, v FROM ${name}`, `SELECT id FROM ${name}`, `SELECT v FROM ${name}`]) {
    const prepared = await prepareCase(world, { id: sql, sql }, shared.engine.capabilities);
    if (prepared.undeclared === null && (await shared.engine.estimate(prepared.query)).kind === 'estimate') return prepared;
  }
  return null;
}

/** How a run ended: the code of its error, or `end` with its last frame, or `nothing` when it did not end in time. */
export interface RunEnd {
  readonly end: string;
  readonly frames: number;
}

/** Runs a query to its end, and calls `onFrame` after each frame. */
export async function runToEnd(
  { engine }: StartedEngine,
  { query, parameters }: PreparedCase,
  run: Partial<RunOptions>,
  onFrame: (frames: number) => unknown = () => null,
): Promise<RunEnd> {
  let frames = 0;
  const work = async (): Promise<string> => {
    const prepared = await engine.prepare(query);
    try {
      for await (const frame of prepared.execute(runOptions({ parameters, ...run })).frames) {
        if (frame.byteLength > 0) frames += 1;
        await onFrame(frames);
      }
      return 'end';
    } catch (error) {
      const { code, message } = describeError(error);
      return code ?? `an error without a code: ${message}`;
    } finally {
      await prepared.close();
    }
  };
  const end = await Promise.race([
    work().catch((error: unknown) => describeError(error).code ?? 'an error without a code'),
    sleep(RUN_MS, 'nothing for a minute', { ref: false }),
  ]);
  return { end, frames };
}

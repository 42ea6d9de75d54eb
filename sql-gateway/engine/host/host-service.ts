import {
  assert,
  type EngineHost,
  type Logger,
  type ParquetSplit,
  PlatformError,
  type Progress,
  type ScanColumn,
  type ScanRequest,
  type StagingArea,
} from '../../../spi/index.ts';
import type { Handler, Json } from '../../../runtime/process/index.ts';
import { HOST_METHODS, LOG_LEVELS, type LogMessage, type StagingMessage } from './host-message.ts';
import { LineBudget } from './line-budget.ts';

/** Units: log lines in a second that are taken from an engine's process; its own end leaves out more than that already. */
const LINES_PER_SECOND = 200;

/** What the server does for the runs of one hosted engine. */
export interface HostedRuns {
  /** Staging areas of the runs that write. */
  readonly staging: Map<number, HostedStaging>;
  /** Who wants to know how far a run is. */
  readonly progress: Map<number, (progress: Progress) => void>;
}

/** The staging area of a run, and what is being written to it. */
export interface HostedStaging {
  readonly area: StagingArea;
  readonly appends: Set<Promise<unknown>>;
}

/** Returns the methods that the server serves to one hosted engine. */
export function hostService(engine: string, host: EngineHost, runs: HostedRuns): Readonly<Record<string, Handler>> {
  const stagingOf = (run: number): HostedStaging => {
    const found = runs.staging.get(run);
    if (found === undefined) throw new PlatformError('ENGINE_FAILED', `the engine ${engine} stages rows of a run that has ended`);
    return found;
  };
  return {
    [HOST_METHODS.plan]: async (request: ScanRequest) => (await host.tables.plan(request)) as unknown as Json,
    [HOST_METHODS.read]: async ({ split, columns }: { readonly split: ParquetSplit; readonly columns: readonly ScanColumn[] }, context) => {
      for await (const frame of host.tables.read(split, columns, context.signal)) await context.send(frame);
      return null;
    },
    [HOST_METHODS.target]: async ({ run, task, attempt }: StagingMessage) =>
      (await stagingOf(run).area.target(task, attempt)) as unknown as Json,
    [HOST_METHODS.append]: async ({ run, task, attempt }: StagingMessage, { frames }) => {
      const { area, appends } = stagingOf(run);
      const append = area.append(task, attempt, frames);
      appends.add(append);
      try {
        return (await append) as unknown as Json;
      } finally {
        appends.delete(append);
      }
    },
    [HOST_METHODS.log]: logService(engine, host.log),
    [HOST_METHODS.progress]: ({ run, progress }: { readonly run: number; readonly progress: Progress }) => {
      runs.progress.get(run)?.(progress);
      return Promise.resolve(null);
    },
  };
}

function logService(engine: string, log: Logger): Handler {
  const budget = new LineBudget(LINES_PER_SECOND, (lines) => {
    log.warn({ engine, lines }, 'log lines of an engine were left out: too many in a second');
  });
  return ({ level, fields, message }: LogMessage) => {
    assert(LOG_LEVELS.includes(level), 'a log line has a level');
    if (budget.take()) log[level]({ ...fields, engine }, message);
    return Promise.resolve(null);
  };
}

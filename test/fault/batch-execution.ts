import { readFileSync } from 'node:fs';
import batch from '../../engines/batch/index.ts';
import { assert, type EngineHost, type LogicalPlan, PlatformError, type ScanPlan } from '../../spi/index.ts';
import { bound } from '../support/parquet-tables.ts';
import { collectFrames, runOptions } from '../support/result-rows.ts';
import { createSilentLog } from '../support/silent-log.ts';

/** What the process is told, as JSON in a file that its first argument names. */
export interface BatchExecution {
  readonly config: Readonly<Record<string, number>>;
  readonly plan: LogicalPlan;
  readonly tables: Readonly<Record<string, ScanPlan>>;
  readonly dataDirectory: string;
  readonly spoolDirectory: string;
  readonly workDirectory: string;
  /** Tasks done after which the process kills itself. */
  readonly dieAfterTasks: number;
}

const [file] = process.argv.slice(2);
assert(file !== undefined, 'the process is told its execution');
const execution = JSON.parse(readFileSync(file, 'utf8')) as BatchExecution;

const host: EngineHost = {
  tables: {
    plan: (request) => {
      const plan = execution.tables[request.table.name];
      assert(plan !== undefined, 'the table is known');
      return Promise.resolve(plan);
    },
    read: () => {
      throw new PlatformError('ENGINE_UNSUPPORTED', 'the engine reads Parquet itself');
    },
  },
  log: createSilentLog(),
  spoolDirectory: execution.spoolDirectory,
  dataDirectory: execution.dataDirectory,
};

const engine = await batch.create(execution.config, host);
const prepared = await engine.prepare(bound(execution.plan));
await collectFrames(
  prepared.execute(
    runOptions({
      workDirectory: execution.workDirectory,
      onProgress: ({ tasks }) => {
        if ((tasks?.done ?? 0) >= execution.dieAfterTasks) process.kill(process.pid, 'SIGKILL');
      },
    }),
  ),
);

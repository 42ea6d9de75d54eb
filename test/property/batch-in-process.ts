import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { writeExchange } from '../../engines/batch/child/write-exchange.ts';
import { planInputs } from '../../engines/batch/plan-inputs.ts';
import { makeTasks } from '../../engines/batch/run/make-tasks.ts';
import type { CutSettings } from '../../engines/batch/stage/planner.ts';
import { planStages } from '../../engines/batch/stage/plan-stages.ts';
import type { ExchangeFile, TaskMessage } from '../../engines/batch/task-message.ts';
import { printQuery } from '../../engines/duckdb/print-query.ts';
import { resultSchema } from '../../engines/duckdb/result-schema.ts';
import type { Connection } from '../../runtime/duckdb/index.ts';
import type { EngineHost, LogicalPlan } from '../../spi/index.ts';
import { bound } from '../support/parquet-tables.ts';

/** What cuts and divides; a test of a fault gives its own. */
export interface Kernel {
  readonly planStages: typeof planStages;
  readonly makeTasks: typeof makeTasks;
  readonly writeExchange: typeof writeExchange;
}

const REAL: Kernel = { planStages, makeTasks, writeExchange };

/** Runs a plan's stages one after the other in this process, each task by itself, and returns the frames of the result.
 *  `directory` is for the exchanges and must be new. */
export async function runInProcess(
  connection: Connection,
  host: EngineHost,
  plan: LogicalPlan,
  settings: CutSettings,
  directory: string,
  faults: Partial<Kernel> = {},
): Promise<readonly Uint8Array[]> {
  const kernel = { ...REAL, ...faults };
  const query = bound(plan);
  const planned = await planInputs(query, host.tables);
  const { stages } = kernel.planStages(planned.plan, settings, (scan) => planned.inputs.get(scan) ?? { rows: 0, bytes: 0 });
  const exchanges = new Map<number, ExchangeFile[]>();
  const frames = [resultSchema(plan)];
  for (const stage of stages) {
    const written: ExchangeFile[] = [];
    exchanges.set(stage.id, written);
    const exchange = (id: number): readonly ExchangeFile[] => exchanges.get(id) ?? [];
    for (const task of kernel.makeTasks(stage, { plan: planned.plan, inputs: planned.inputs, exchange, settings })) {
      const message = { plan: task.plan, session: query.session, scans: task.scans, parameters: [] };
      if (stage.output.kind === 'exchange') {
        const path = join(directory, task.name);
        mkdirSync(path, { recursive: true });
        const output = { kind: 'exchange', directory: path, keys: stage.output.keys, partitions: stage.output.partitions } as const;
        written.push(...(await kernel.writeExchange(connection, { ...message, output, threads: 1 } satisfies TaskMessage, output)));
        continue;
      }
      const { sql, parameters } = printQuery(message);
      const stream = await connection.stream(sql, parameters);
      for (let frame = await stream.next(); frame !== null; frame = await stream.next()) frames.push(frame);
      await stream.close();
    }
  }
  return frames;
}

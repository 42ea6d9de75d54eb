import {
  type BoundQuery,
  type Engine,
  type EngineHost,
  type EnginePlugin,
  PlatformError,
  type RunOptions,
  type ScanPlan,
  SPI_VERSION,
  type TableSource,
} from '../../spi/index.ts';
import { readRows } from '../../runtime/arrow/index.ts';

/** What a host of one SPI version said to an engine and answered it, and what the engine answered. All of it is JSON. */
export interface HostTrace {
  readonly spi: string;
  readonly engine: string;
  readonly config: Readonly<Record<string, string | number | boolean>>;
  readonly statements: readonly TracedStatement[];
}

/** The calls of one statement. */
export interface TracedStatement {
  readonly title: string;
  readonly query: BoundQuery;
  readonly run: Omit<RunOptions, 'signal' | 'onProgress'>;
  /** What the host answered to `tables.plan` and `tables.read`, in the order of the calls; frames as base64. */
  readonly plans: readonly ScanPlan[];
  readonly reads: readonly (readonly string[])[];
  readonly answers: EngineAnswers;
}

/** What an engine answered: rows with their values as text, or the code of the error that it threw. */
interface EngineAnswers {
  readonly estimate: unknown;
  readonly columns: unknown;
  readonly rows: unknown;
}

const NO_LIMITS = { queryId: 'traced', parameters: [], deadlineAtMs: null } as const;

/** Runs queries on a plugin's engine and records what it and its host said.
 *  @param hide takes what differs from machine to machine out of the text of the trace */
export async function recordTrace(
  plugin: EnginePlugin,
  config: HostTrace['config'],
  host: EngineHost,
  queries: readonly (readonly [string, BoundQuery])[],
  hide: (text: string) => string,
): Promise<HostTrace> {
  const statements: TracedStatement[] = [];
  for (const [title, query] of queries) {
    const plans: ScanPlan[] = [];
    const reads: string[][] = [];
    const tables: TableSource = {
      plan: async (request) => {
        const plan = await host.tables.plan(request);
        plans.push(plan);
        return plan;
      },
      read: async function* (...words) {
        const frames: string[] = [];
        reads.push(frames);
        for await (const frame of host.tables.read(...words)) {
          frames.push(Buffer.from(frame).toString('base64'));
          yield frame;
        }
      },
    };
    const answers = await ask(await plugin.create(config, { ...host, tables }), query, NO_LIMITS);
    statements.push({ title, query, run: NO_LIMITS, plans, reads, answers });
  }
  return JSON.parse(hide(JSON.stringify({ spi: SPI_VERSION, engine: plugin.name, config, statements }))) as HostTrace;
}

/** Plays a trace to a plugin of today; returns what differs from the recorded answers, nothing when all is as it was. */
export async function replayTrace(trace: HostTrace, plugin: EnginePlugin, host: Omit<EngineHost, 'tables'>): Promise<readonly string[]> {
  const differences: string[] = [];
  for (const { title, query, run, plans, reads, answers } of trace.statements) {
    const [leftPlans, leftReads] = [[...plans], [...reads]];
    const tables: TableSource = {
      plan: () => {
        const plan = leftPlans.shift();
        return plan === undefined ? Promise.reject(beyond('tables.plan')) : Promise.resolve(plan);
      },
      read: async function* () {
        const frames = leftReads.shift();
        if (frames === undefined) throw beyond('tables.read');
        for (const frame of frames) yield await Promise.resolve(Buffer.from(frame, 'base64'));
      },
    };
    const seen = await ask(await plugin.create(trace.config, { ...host, tables }), query, run);
    for (const key of ['estimate', 'columns', 'rows'] as const) {
      const [expected, found] = [JSON.stringify(answers[key]), JSON.stringify(seen[key])];
      if (expected !== found) differences.push(`${title}: ${key} was ${expected}, and is ${found}`);
    }
    if (leftPlans.length + leftReads.length > 0) differences.push(`${title}: the engine asked its host less than before`);
  }
  return differences;
}

/** Asks an engine as the platform does: estimate, prepare, execute, close. Messages are for people and may change; codes may not. */
async function ask(engine: Engine, query: BoundQuery, run: TracedStatement['run']): Promise<EngineAnswers> {
  const estimate = await coded(async () => {
    const answer = await engine.estimate(query);
    return answer.kind === 'refusal' ? { kind: answer.kind, code: answer.code } : answer;
  });
  let columns: unknown = null;
  const rows = await coded(async () => {
    const prepared = await engine.prepare(query);
    columns = prepared.columns;
    const frames: Uint8Array[] = [];
    for await (const frame of prepared.execute({ ...run, signal: new AbortController().signal }).frames) frames.push(frame);
    await prepared.close();
    return readRows(frames).map((row) =>
      Object.entries(row).map(
        ([name, value]) => `${name}=${typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)}`,
      ),
    );
  });
  await engine.close();
  return JSON.parse(JSON.stringify({ estimate, columns, rows })) as EngineAnswers;
}

async function coded(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    return { code: PlatformError.from(error, 'ENGINE_FAILED').code };
  }
}

function beyond(call: string): PlatformError {
  return new PlatformError('INTERNAL_INVARIANT', `the engine calls ${call} more often than before`);
}

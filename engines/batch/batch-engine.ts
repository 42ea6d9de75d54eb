import {
  type BoundQuery,
  checkCapabilities,
  type CostEstimate,
  type Engine,
  type EngineHealth,
  type EngineHost,
  type Fragment,
  oncePerQuery,
  PlatformError,
  type PreparedQuery,
  type Refusal,
  type RunOptions,
  type StagingArea,
} from '../../spi/index.ts';
import { DUCKDB_CAPABILITIES } from '../duckdb/duckdb-capabilities.ts';
import type { BatchConfig } from './batch-config.ts';
import { ELAPSED_MS_MIN, estimateCost } from './estimate-cost.ts';
import { planInputs, type PlannedInputs } from './plan-inputs.ts';
import { executeQuery, executeWrite, type ExecutionPlan } from './run/execute.ts';
import { ExecutorPool } from './run/executor-pool.ts';
import { planStages, wholeStage } from './stage/plan-stages.ts';
import type { StagePlan } from './stage/stage-plan.ts';

/** Starts the engine; executors come up when they are needed. */
export function createBatchEngine(config: BatchConfig, host: EngineHost): Promise<Engine> {
  return Promise.resolve(new BatchEngine(config, host));
}

/** A query's inputs and stages, which estimate and execution share. */
interface PlannedQuery {
  readonly planned: PlannedInputs;
  readonly stages: StagePlan;
}

class BatchEngine implements Engine {
  readonly capabilities = { ...DUCKDB_CAPABILITIES, elapsedMsMin: ELAPSED_MS_MIN };
  readonly #config: BatchConfig;
  readonly #host: EngineHost;
  readonly #executors: ExecutorPool;
  readonly #plan: (query: BoundQuery) => Promise<PlannedQuery>;
  #draining = false;

  constructor(config: BatchConfig, host: EngineHost) {
    this.#config = config;
    this.#host = host;
    this.#executors = new ExecutorPool(config, host);
    this.#plan = oncePerQuery((query) => planQuery(query, config, host));
  }

  async estimate(query: BoundQuery): Promise<CostEstimate | Refusal> {
    const refusal = this.#draining ? unavailable() : checkCapabilities(query, 'query', this.capabilities);
    if (refusal !== null) return refusal;
    const { planned, stages } = await this.#plan(query);
    return estimateCost(planned, stages, this.#config, this.#executors.state.ready > 0);
  }

  async prepare(query: BoundQuery): Promise<PreparedQuery> {
    const plan = await this.#executionPlan(query, 'query');
    return {
      columns: query.plan.output,
      execute: (run) => ({ frames: executeQuery(plan, run) }),
      close: () => Promise.resolve(),
    };
  }

  async write(query: BoundQuery, staging: StagingArea, run: RunOptions): Promise<readonly Fragment[]> {
    return executeWrite(await this.#executionPlan(query, 'write'), staging, run);
  }

  health(): Promise<EngineHealth> {
    const { ready, leased, starting, waiting } = this.#executors.state;
    const details = {
      executorsReady: ready,
      executorsBusy: leased,
      executorsStarting: starting,
      tasksWaiting: waiting,
      executorsMax: this.#config.executors,
      memoryBytesMax: this.#config.memoryBytesMax,
    };
    return Promise.resolve({ ready: !this.#draining, details });
  }

  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true;
    await this.#executors.drain(timeoutMs);
  }

  async close(): Promise<void> {
    this.#draining = true;
    await this.#executors.close();
  }

  async #executionPlan(query: BoundQuery, statement: 'query' | 'write'): Promise<ExecutionPlan> {
    const refusal = this.#draining ? unavailable() : checkCapabilities(query, statement, this.capabilities);
    if (refusal !== null) throw new PlatformError(refusal.code, `the batch engine does not take the statement: ${refusal.reason}`);
    return { query, ...(await this.#plan(query)), executors: this.#executors, config: this.#config, host: this.#host };
  }
}

async function planQuery(query: BoundQuery, config: BatchConfig, host: EngineHost): Promise<PlannedQuery> {
  const planned = await planInputs(query, host.tables);
  if (planned.bytes <= config.wholeBytesMax) return { planned, stages: wholeStage(planned.plan) };
  const stages = planStages(planned.plan, config, (scan) => planned.inputs.get(scan) ?? { rows: 0, bytes: 0 });
  return { planned, stages };
}

function unavailable(): Refusal {
  return { kind: 'refusal', code: 'ENGINE_UNAVAILABLE', reason: 'it is shutting down' };
}

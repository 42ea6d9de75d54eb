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
import type { WarmPool } from '../../runtime/process/index.ts';
import { bindParameters } from '../duckdb/bind-parameters.ts';
import { DUCKDB_CAPABILITIES } from '../duckdb/duckdb-capabilities.ts';
import { planScans } from '../duckdb/plan-scans.ts';
import type { QueryMessage } from '../duckdb/query-message.ts';
import { type ChildPool, createChildPool } from './child-pool.ts';
import { chooseLane, type QueryLane } from './choose-lane.ts';
import { afterStart, estimateCost, type OlapEstimate } from './estimate-cost.ts';
import type { OlapConfig } from './olap-config.ts';
import { runQuery } from './run-query.ts';
import { runWrite } from './run-write.ts';

/** Starts the engine; its processes come up in the background. */
export async function createOlapEngine(config: OlapConfig, host: EngineHost): Promise<Engine> {
  const [short, long, writers] = await Promise.all([
    createChildPool('short', config, host),
    createChildPool('long', config, host),
    createChildPool('write', config, host),
  ]);
  return new OlapEngine(config, host, { short, long }, writers);
}

/** What is found out about a query once. */
interface PlannedQuery {
  readonly inputs: QueryMessage['scans'];
  readonly estimate: OlapEstimate;
  readonly lane: QueryLane;
}

class OlapEngine implements Engine {
  readonly capabilities = DUCKDB_CAPABILITIES;
  readonly #config: OlapConfig;
  readonly #readers: Readonly<Record<QueryLane, ChildPool>>;
  readonly #writers: ChildPool;
  readonly #planOf: (query: BoundQuery) => Promise<PlannedQuery>;
  #draining = false;

  constructor(config: OlapConfig, host: EngineHost, readers: Readonly<Record<QueryLane, ChildPool>>, writers: ChildPool) {
    this.#config = config;
    this.#planOf = oncePerQuery(async (query) => {
      const scans = await planScans(query, host.tables);
      const estimate = estimateCost(query, scans);
      return { inputs: scans.inputs, estimate, lane: chooseLane(estimate, config) };
    });
    this.#readers = readers;
    this.#writers = writers;
  }

  async estimate(query: BoundQuery): Promise<CostEstimate | Refusal> {
    const refusal = this.#draining ? unavailable() : checkCapabilities(query, 'query', this.capabilities);
    if (refusal !== null) return refusal;
    const { estimate, lane } = await this.#planOf(query);
    const { ready, leased } = this.#readers[lane].pool.state;
    // Short ones are over before a process could be started.
    const isReady = ready > 0 || (lane === 'short' && leased > 0);
    return { ...(isReady ? estimate : afterStart(estimate)), memoryBytesMax: this.#config.memoryBytesMax };
  }

  async prepare(query: BoundQuery): Promise<PreparedQuery> {
    const message = await this.#messageFor(query, 'query');
    const { lane } = await this.#planOf(query);
    const runner = { children: this.#readers[lane], config: this.#config };
    return {
      columns: query.plan.output,
      execute: (run) => ({ frames: runQuery(runner, { ...message, parameters: bindParameters(query, run) }, run) }),
      close: () => Promise.resolve(),
    };
  }

  async write(query: BoundQuery, staging: StagingArea, run: RunOptions): Promise<readonly Fragment[]> {
    const message = await this.#messageFor(query, 'write');
    const runner = { children: this.#writers, config: this.#config };
    return runWrite(runner, { ...message, parameters: bindParameters(query, run) }, staging, run);
  }

  health(): Promise<EngineHealth> {
    const { short, long } = this.#readers;
    const count = (what: keyof WarmPool['state']): number => short.pool.state[what] + long.pool.state[what];
    const details = {
      processesReady: count('ready'),
      processesBusy: count('leased'),
      processesStarting: count('starting'),
      statementsWaiting: count('waiting'),
      writersBusy: this.#writers.pool.state.leased,
      threads: this.#config.threads,
      memoryBytesMax: this.#config.memoryBytesMax,
      networkIsolated: false,
    };
    return Promise.resolve({ ready: !this.#draining && count('ready') + count('leased') > 0, details });
  }

  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true;
    await Promise.all(this.#pools().map((pool) => pool.drain(timeoutMs)));
  }

  async close(): Promise<void> {
    this.#draining = true;
    await Promise.all(this.#pools().map((pool) => pool.close()));
  }

  #pools(): readonly WarmPool[] {
    return [this.#readers.short.pool, this.#readers.long.pool, this.#writers.pool];
  }

  async #messageFor(query: BoundQuery, statement: 'query' | 'write'): Promise<QueryMessage> {
    const refusal = this.#draining ? unavailable() : checkCapabilities(query, statement, this.capabilities);
    if (refusal !== null) throw new PlatformError(refusal.code, `the olap engine does not take the statement: ${refusal.reason}`);
    const { inputs } = await this.#planOf(query);
    return { plan: query.plan, session: query.session, scans: inputs, parameters: [] };
  }
}

function unavailable(): Refusal {
  return { kind: 'refusal', code: 'ENGINE_UNAVAILABLE', reason: 'it is shutting down' };
}

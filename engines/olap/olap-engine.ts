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
import { bindParameters } from '../duckdb/bind-parameters.ts';
import { DUCKDB_CAPABILITIES } from '../duckdb/duckdb-capabilities.ts';
import { planScans, type ScanInputs } from '../duckdb/plan-scans.ts';
import type { QueryMessage } from '../duckdb/query-message.ts';
import { type ChildPool, createChildPool } from './child-pool.ts';
import { estimateCost } from './estimate-cost.ts';
import type { OlapConfig } from './olap-config.ts';
import { runQuery } from './run-query.ts';
import { runWrite } from './run-write.ts';

/** Starts the engine; its processes come up in the background. */
export async function createOlapEngine(config: OlapConfig, host: EngineHost): Promise<Engine> {
  const [readers, writers] = await Promise.all([createChildPool('query', config, host), createChildPool('writer', config, host)]);
  return new OlapEngine(config, host, readers, writers);
}

class OlapEngine implements Engine {
  readonly capabilities = DUCKDB_CAPABILITIES;
  readonly #config: OlapConfig;
  readonly #readers: ChildPool;
  readonly #writers: ChildPool;
  readonly #scansOf: (query: BoundQuery) => Promise<ScanInputs>;
  #draining = false;

  constructor(config: OlapConfig, host: EngineHost, readers: ChildPool, writers: ChildPool) {
    this.#config = config;
    this.#scansOf = oncePerQuery((query) => planScans(query, host.tables));
    this.#readers = readers;
    this.#writers = writers;
  }

  async estimate(query: BoundQuery): Promise<CostEstimate | Refusal> {
    const refusal = this.#draining ? unavailable() : checkCapabilities(query, 'query', this.capabilities);
    if (refusal !== null) return refusal;
    const estimate = estimateCost(query, await this.#scansOf(query), this.#readers.pool.state.ready > 0);
    return { ...estimate, memoryBytesMax: this.#config.memoryBytesMax };
  }

  async prepare(query: BoundQuery): Promise<PreparedQuery> {
    const message = await this.#messageFor(query, 'query');
    const runner = { children: this.#readers, config: this.#config };
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
    const { ready, leased, starting, waiting } = this.#readers.pool.state;
    const details = {
      processesReady: ready,
      processesBusy: leased,
      processesStarting: starting,
      statementsWaiting: waiting,
      writersBusy: this.#writers.pool.state.leased,
      threads: this.#config.threads,
      memoryBytesMax: this.#config.memoryBytesMax,
      networkIsolated: false,
    };
    return Promise.resolve({ ready: !this.#draining && ready + leased > 0, details });
  }

  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true;
    await Promise.all([this.#readers.pool.drain(timeoutMs), this.#writers.pool.drain(timeoutMs)]);
  }

  async close(): Promise<void> {
    this.#draining = true;
    await Promise.all([this.#readers.pool.close(), this.#writers.pool.close()]);
  }

  async #messageFor(query: BoundQuery, statement: 'query' | 'write'): Promise<QueryMessage> {
    const refusal = this.#draining ? unavailable() : checkCapabilities(query, statement, this.capabilities);
    if (refusal !== null) throw new PlatformError(refusal.code, `the olap engine does not take the statement: ${refusal.reason}`);
    const { inputs } = await this.#scansOf(query);
    return { plan: query.plan, session: query.session, scans: inputs, parameters: [] };
  }
}

function unavailable(): Refusal {
  return { kind: 'refusal', code: 'ENGINE_UNAVAILABLE', reason: 'it is shutting down' };
}

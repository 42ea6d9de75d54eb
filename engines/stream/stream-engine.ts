import {
  type BoundQuery,
  checkCapabilities,
  type CostEstimate,
  type Engine,
  type EngineHealth,
  type EngineHost,
  type Fragment,
  PlatformError,
  type PreparedQuery,
  type Refusal,
} from '../../spi/index.ts';
import { createWarmPool, spawnChild, type WarmPool } from '../../runtime/process/index.ts';
import { bindParameters } from './bind-parameters.ts';
import { planDataflow } from './dataflow/index.ts';
import { estimateCost } from './estimate-cost.ts';
import { type PlannedScans, planScans } from './plan-scans.ts';
import { runQuery } from './run-query.ts';
import { STREAM_CAPABILITIES } from './stream-capabilities.ts';
import type { StreamConfig } from './stream-config.ts';

/** Memory that Node and its code take beside the data. Units: bytes. */
const PROCESS_BYTES = 512 * 2 ** 20;

/** Starts the engine; its processes come up when they are needed. */
export function createStreamEngine(config: StreamConfig, host: EngineHost): Engine {
  const pool = createWarmPool({
    spawn: () =>
      spawnChild({
        entry: new URL('./child/stream-child.ts', import.meta.url),
        name: 'trivium-stream',
        memoryBytesMax: config.memoryBytesMax + PROCESS_BYTES,
        lostCode: 'ENGINE_LOST',
        onLog: (line) => {
          host.log.warn({ engine: 'stream' }, line);
        },
      }),
    spares: config.spares,
    sizeMax: config.processesMax,
    onSpawnError: (error) => {
      host.log.error({ engine: 'stream', error: String(error) }, 'a process cannot be started');
    },
  });
  return new StreamEngine(host, pool);
}

class StreamEngine implements Engine {
  readonly capabilities = STREAM_CAPABILITIES;
  readonly #host: EngineHost;
  readonly #pool: WarmPool;
  /** A query is estimated, then prepared: its scans are planned once. */
  readonly #scans = new WeakMap<BoundQuery, Promise<PlannedScans>>();
  #draining = false;

  constructor(host: EngineHost, pool: WarmPool) {
    this.#host = host;
    this.#pool = pool;
  }

  async estimate(query: BoundQuery): Promise<CostEstimate | Refusal> {
    const refusal = this.#refusalOf(query);
    if (refusal !== null) return refusal;
    return estimateCost(query, await this.#scansOf(query), this.#pool.state.ready > 0);
  }

  async prepare(query: BoundQuery): Promise<PreparedQuery> {
    const refusal = this.#refusalOf(query);
    if (refusal !== null) throw new PlatformError(refusal.code, `the stream engine does not take the statement: ${refusal.reason}`);
    const runner = { pool: this.#pool, tables: this.#host.tables, scans: await this.#scansOf(query) };
    const scans = runner.scans.scans.map(({ scan }) => scan.columns);
    return {
      columns: query.plan.output,
      execute: (run) => ({
        frames: runQuery(runner, { plan: bindParameters(query, run.parameters), session: query.session, scans }, run),
      }),
      close: () => Promise.resolve(),
    };
  }

  write(): Promise<readonly Fragment[]> {
    return Promise.reject(new PlatformError('ENGINE_UNSUPPORTED', 'the stream engine does not run statements that write'));
  }

  health(): Promise<EngineHealth> {
    const { ready, leased, starting, waiting } = this.#pool.state;
    const details = { processesReady: ready, processesBusy: leased, processesStarting: starting, statementsWaiting: waiting };
    return Promise.resolve({ ready: !this.#draining, details });
  }

  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true;
    await this.#pool.drain(timeoutMs);
  }

  async close(): Promise<void> {
    this.#draining = true;
    await this.#pool.close();
  }

  /** Planning finds every part that streams do not have; parameters are checked as NULLs of their types. */
  #refusalOf(query: BoundQuery): Refusal | null {
    if (this.#draining) return { kind: 'refusal', code: 'ENGINE_UNAVAILABLE', reason: 'it is shutting down' };
    const refusal = checkCapabilities(query, 'query', this.capabilities);
    if (refusal !== null) return refusal;
    try {
      const unset = query.parameters.map(() => null);
      planDataflow(bindParameters(query, unset), { timeZone: query.session.timeZone });
      return null;
    } catch (error) {
      const { code, message } = PlatformError.from(error, 'ENGINE_FAILED');
      return { kind: 'refusal', code, reason: message };
    }
  }

  #scansOf(query: BoundQuery): Promise<PlannedScans> {
    let scans = this.#scans.get(query);
    if (scans === undefined) {
      scans = planScans(query, this.#host.tables);
      this.#scans.set(query, scans);
      // A failure is not kept: the next try may meet a storage that is up again.
      scans.catch(() => this.#scans.delete(query));
    }
    return scans;
  }
}

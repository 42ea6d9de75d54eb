import {
  type BoundQuery,
  checkCapabilities,
  type CostEstimate,
  type EngineHealth,
  type EngineHost,
  type Fragment,
  oncePerQuery,
  PlatformError,
  type PreparedQuery,
  type Refusal,
  scansOf,
  type ScanColumn,
  type ViewEngine,
  type ViewRun,
  type ViewStart,
} from '../../spi/index.ts';
import { type ChildHandle, createWarmPool, spawnChild, type WarmPool } from '../../runtime/process/index.ts';
import { bindParameters } from './bind-parameters.ts';
import { checkView } from './check-view.ts';
import { planDataflow } from './dataflow/index.ts';
import { estimateCost } from './estimate-cost.ts';
import { type PlannedScans, planScans } from './plan-scans.ts';
import { runQuery } from './run-query.ts';
import { STREAM_CAPABILITIES } from './stream-capabilities.ts';
import type { StreamConfig } from './stream-config.ts';
import { startChildView } from './view-run.ts';

/** Memory that Node and its code take beside the data. Units: bytes. */
const PROCESS_BYTES = 512 * 2 ** 20;

/** Starts the engine; its processes come up when they are needed. */
export function createStreamEngine(config: StreamConfig, host: EngineHost): ViewEngine {
  const spawn = (entry: string, name: string, fields: Readonly<Record<string, string>>): Promise<ChildHandle> =>
    spawnChild({
      entry: new URL(entry, import.meta.url),
      name,
      memoryBytesMax: config.memoryBytesMax + PROCESS_BYTES,
      lostCode: 'ENGINE_LOST',
      onLog: (line) => {
        host.log.warn({ engine: 'stream', ...fields }, line);
      },
    });
  const pool = createWarmPool({
    spawn: () => spawn('./child/stream-child.ts', 'trivium-stream', {}),
    spares: config.spares,
    sizeMax: config.processesMax,
    onSpawnError: (error) => {
      host.log.error({ engine: 'stream', error: String(error) }, 'a process cannot be started');
    },
  });
  return new StreamEngine(host, pool, (view) => spawn('./child/view-child.ts', 'trivium-view', { view }));
}

class StreamEngine implements ViewEngine {
  readonly capabilities = STREAM_CAPABILITIES;
  readonly #host: EngineHost;
  readonly #pool: WarmPool;
  readonly #spawnView: (name: string) => Promise<ChildHandle>;
  readonly #views = new Set<ViewRun>();
  readonly #scansOf: (query: BoundQuery) => Promise<PlannedScans>;
  #draining = false;

  constructor(host: EngineHost, pool: WarmPool, spawnView: (name: string) => Promise<ChildHandle>) {
    this.#host = host;
    this.#scansOf = oncePerQuery((query) => planScans(query, host.tables));
    this.#pool = pool;
    this.#spawnView = spawnView;
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

  checkView(query: BoundQuery, watermarks: ViewStart['watermarks']): Promise<Refusal | null> {
    return Promise.resolve(checkView(query, watermarks));
  }

  async startView({ name, query, watermarks, stateFile }: ViewStart): Promise<ViewRun> {
    if (this.#draining) throw new PlatformError('ENGINE_UNAVAILABLE', 'the stream engine is shutting down');
    const refusal = checkView(query, watermarks);
    if (refusal !== null) throw new PlatformError(refusal.code, `the stream engine cannot keep the view ${name} fresh: ${refusal.reason}`);
    const scans = scansOf(query.plan.root).map((scan) => scan.columns);
    const fingerprint = stateFingerprint(query, watermarks, scans);
    const child = await this.#spawnView(name);
    const run = await startChildView(child, { plan: query.plan, session: query.session, scans, watermarks, fingerprint, stateFile });
    await this.#keep(run, child);
    return run;
  }

  write(): Promise<readonly Fragment[]> {
    return Promise.reject(new PlatformError('ENGINE_UNSUPPORTED', 'the stream engine does not run statements that write'));
  }

  health(): Promise<EngineHealth> {
    const { ready, leased, starting, waiting } = this.#pool.state;
    const details = {
      processesReady: ready,
      processesBusy: leased,
      processesStarting: starting,
      statementsWaiting: waiting,
      views: this.#views.size,
    };
    return Promise.resolve({ ready: !this.#draining, details });
  }

  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true;
    await this.#pool.drain(timeoutMs);
  }

  async close(): Promise<void> {
    this.#draining = true;
    await Promise.all([this.#pool.close(), ...[...this.#views].map((view) => view.close())]);
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

  async #keep(run: ViewRun, child: ChildHandle): Promise<void> {
    this.#views.add(run);
    void child.exited.then(() => this.#views.delete(run));
    // The engine may have been closed while the process came up.
    if (this.#draining) await run.close();
  }
}

/** States fit each other when the queries mean the same and the watermarks are those of the same columns; a delay may change. */
function stateFingerprint(query: BoundQuery, watermarks: ViewStart['watermarks'], scans: readonly (readonly ScanColumn[])[]): string {
  const columns = watermarks.map((watermark, scan) => scans[scan]?.find(({ id }) => id === watermark?.columnId)?.fieldId ?? null);
  return JSON.stringify([query.fingerprint, columns]);
}

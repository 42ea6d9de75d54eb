import type {
  BoundQuery,
  CostEstimate,
  Engine,
  EngineCapabilities,
  EngineHealth,
  Fragment,
  PreparedQuery,
  Refusal,
  RunOptions,
  StagingArea,
  ViewEngine,
  ViewRun,
  ViewStart,
} from '../../spi/index.ts';

/** An engine whose statements under way are counted, so that it can be closed when the last one has ended.
 *  Guarantees: a prepared query counts until it is closed, a write until it has ended. */
export class TrackedEngine implements ViewEngine {
  readonly #engine: Engine;
  readonly #idleWaiters = new Set<() => void>();
  #running = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  get capabilities(): EngineCapabilities {
    return this.#engine.capabilities;
  }

  /** Prepared queries that are not closed yet, and writes. */
  get running(): number {
    return this.#running;
  }

  /** Resolves when nothing runs. */
  async idle(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => this.#idleWaiters.add(resolve));
  }

  estimate(query: BoundQuery): Promise<CostEstimate | Refusal> {
    return this.#engine.estimate(query);
  }

  async prepare(query: BoundQuery): Promise<PreparedQuery> {
    const leave = this.#enter();
    try {
      const prepared = await this.#engine.prepare(query);
      return {
        columns: prepared.columns,
        execute: (run) => prepared.execute(run),
        close: () => prepared.close().finally(leave),
      };
    } catch (error) {
      leave();
      throw error;
    }
  }

  async write(query: BoundQuery, staging: StagingArea, run: RunOptions): Promise<readonly Fragment[]> {
    const leave = this.#enter();
    try {
      return await this.#engine.write(query, staging, run);
    } finally {
      leave();
    }
  }

  checkView(query: BoundQuery, watermarks: ViewStart['watermarks']): Promise<Refusal | null> {
    return (this.#engine as ViewEngine).checkView(query, watermarks);
  }

  startView(start: ViewStart): Promise<ViewRun> {
    return (this.#engine as ViewEngine).startView(start);
  }

  health(): Promise<EngineHealth> {
    return this.#engine.health();
  }

  drain(timeoutMs: number): Promise<void> {
    return this.#engine.drain(timeoutMs);
  }

  close(): Promise<void> {
    return this.#engine.close();
  }

  /** Counts something under way; what is returned ends it, once. */
  #enter(): () => void {
    this.#running += 1;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#running -= 1;
      if (this.#running > 0) return;
      for (const wake of this.#idleWaiters) wake();
      this.#idleWaiters.clear();
    };
  }
}

import {
  type BoundQuery,
  type CostEstimate,
  type Engine,
  type EngineCapabilities,
  type EngineHealth,
  type Fragment,
  PlatformError,
  type PreparedQuery,
  type Refusal,
  type RunOptions,
  type StagingArea,
  type ViewEngine,
  type ViewRun,
  type ViewStart,
} from '../../../spi/index.ts';
import { type Json, residentBytes, watchRun } from '../../../runtime/process/index.ts';
import type { EngineLink } from './engine-link.ts';
import { ENGINE_METHODS, type PreparedAnswer, type RunMessage, UNKNOWN_QUERY } from './host-message.ts';
import { startHostedView } from './hosted-view.ts';
import type { Incarnation } from './incarnation.ts';

/** Frames under way between an engine and a reader that is slower. Units: bytes. */
const WINDOW_BYTES = 8 * 2 ** 20;

/** How long estimating and preparing may take while the engine shows that it lives. Units: milliseconds. */
const PLANNING_MS = 60_000;

const HEALTH_MS = 2000;

const CLOSE_MS = 5000;

/** An engine that works in a process or thread of its own, for the server to call like any other.
 *  Guarantees: every failure is a coded error; what ran when the process ended fails with ENGINE_LOST (RESOURCE_MEMORY when memory was the
 *  cause and nothing else ran), and what comes before it is up again with ENGINE_UNAVAILABLE. */
export class HostedEngine implements Engine, ViewEngine {
  readonly #link: EngineLink;
  readonly #isolation: Readonly<Record<string, string | number | boolean>>;
  /** Under which number which process was sent a query. */
  readonly #sent = new WeakMap<BoundQuery, { readonly id: number; to: Incarnation | null }>();
  #lastQuery = 0;
  #lastRun = 0;
  #draining = false;

  /** `isolation` is what health tells of the engine's host. */
  constructor(link: EngineLink, isolation: Readonly<Record<string, string | number | boolean>>) {
    this.#link = link;
    this.#isolation = isolation;
  }

  get capabilities(): EngineCapabilities {
    return this.#link.capabilities;
  }

  async estimate(query: BoundQuery): Promise<CostEstimate | Refusal> {
    return this.#ask(async (engine) => {
      const prepare = engine.ahead.wants();
      const send = (message: Json): Promise<Json> => {
        const params = { ...(message as object), prepare, closed: engine.ahead.takeClosed() };
        const { header, result } = engine.channel.open(ENGINE_METHODS.estimate, params);
        if (prepare) engine.ahead.keep(query, result as unknown as Promise<PreparedAnswer | null>);
        return engine.heartbeat.whileAlive(header, PLANNING_MS);
      };
      try {
        return checkAnswer(await this.#withQuery(engine, query, send));
      } catch (error) {
        engine.ahead.giveUp(query);
        throw error;
      }
    });
  }

  async prepare(query: BoundQuery): Promise<PreparedQuery> {
    if (this.#draining) throw new PlatformError('ENGINE_UNAVAILABLE', 'the engine is shutting down');
    const engine = this.#link.require();
    const { columns, prepared } = await this.#prepareOn(engine, query).catch(async (error: unknown) => {
      throw await engine.explain(error);
    });
    let closed = false;
    return {
      columns,
      execute: (run) => ({ frames: this.#execute(engine, prepared, run) }),
      close: () => {
        if (!closed) engine.ahead.close(prepared);
        closed = true;
        return Promise.resolve();
      },
    };
  }

  async write(query: BoundQuery, area: StagingArea, run: RunOptions): Promise<readonly Fragment[]> {
    if (this.#draining) throw new PlatformError('ENGINE_UNAVAILABLE', 'the engine is shutting down');
    const engine = this.#link.require();
    engine.ahead.giveUp(query);
    const limits = watchRun(run);
    const message = this.#begin(engine, run);
    const staging = { area, appends: new Set<Promise<unknown>>() };
    engine.hosted.staging.set(message.id, staging);
    const options = { signal: limits.signal };
    try {
      const send = (whole: Json): Promise<Json> =>
        engine.channel.call(ENGINE_METHODS.write, { ...(whole as object), run: message, fields: area.fields } as unknown as Json, options);
      return (await this.#withQuery(engine, query, send)) as unknown as readonly Fragment[];
    } catch (error) {
      // Nothing is written to the staging area any more once this is over.
      await engine.settle(message.id);
      await Promise.allSettled(staging.appends);
      throw await engine.explain(error);
    } finally {
      limits.clear();
      engine.hosted.staging.delete(message.id);
      this.#end(engine, message);
    }
  }

  checkView(query: BoundQuery, watermarks: ViewStart['watermarks']): Promise<Refusal | null> {
    return this.#ask(async (engine) => {
      const call = engine.channel.call(ENGINE_METHODS.checkView, { query, watermarks } as unknown as Json);
      return (await engine.heartbeat.whileAlive(call, PLANNING_MS)) as unknown as Refusal | null;
    });
  }

  startView(start: ViewStart): Promise<ViewRun> {
    if (this.#draining) return Promise.reject(new PlatformError('ENGINE_UNAVAILABLE', 'the engine is shutting down'));
    return startHostedView(this.#link.require(), start);
  }

  async health(): Promise<EngineHealth> {
    const engine = this.#link.current;
    const facts = { ...this.#isolation, ...this.#link.facts };
    if (engine === null) return { ready: false, details: { ...facts, state: 'restarting' } };
    const own = engine.processId === null ? {} : { processId: engine.processId, residentBytes: residentBytes(engine.processId) };
    try {
      const signal = AbortSignal.timeout(HEALTH_MS);
      const told = (await engine.channel.call(ENGINE_METHODS.health, null, { signal })) as unknown as EngineHealth;
      return { ready: told.ready && !this.#draining, details: { ...told.details, ...facts, ...own } };
    } catch {
      return { ready: false, details: { ...facts, ...own, state: 'does not answer' } };
    }
  }

  async drain(timeoutMs: number): Promise<void> {
    this.#draining = true;
    const signal = AbortSignal.timeout(timeoutMs + HEALTH_MS);
    // An engine that is gone or does not answer has nothing left to wait for.
    await this.#link.current?.channel.call(ENGINE_METHODS.drain, timeoutMs, { signal }).catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#draining = true;
    const signal = AbortSignal.timeout(CLOSE_MS);
    // One that cannot close by itself is ended.
    await this.#link.current?.channel.call(ENGINE_METHODS.close, null, { signal }).catch(() => undefined);
    await this.#link.close(CLOSE_MS);
  }

  /** Asks what an engine would do: one that is not up refuses, and one that ends over the question as well. */
  async #ask<Answer>(question: (engine: Incarnation) => Promise<Answer>): Promise<Answer | Refusal> {
    if (this.#draining) return unavailable('it is shutting down');
    const engine = this.#link.current;
    if (engine === null) return unavailable('it is being restarted');
    if (engine.heartbeat.silent) return unavailable('it does not answer');
    try {
      return await question(engine);
    } catch (error) {
      if (error instanceof PlatformError && error.code === 'ENGINE_LOST') return unavailable('its process has ended');
      throw error;
    }
  }

  async *#execute(engine: Incarnation, prepared: number, run: RunOptions): AsyncGenerator<Uint8Array, void, undefined> {
    const limits = watchRun(run);
    const message = this.#begin(engine, run);
    let over = false;
    try {
      const params = { prepared, run: message } as unknown as Json;
      const exchange = engine.channel.open(ENGINE_METHODS.execute, params, { signal: limits.signal, windowBytes: WINDOW_BYTES });
      yield* exchange.frames;
      over = true;
    } catch (error) {
      over = !limits.signal.aborted;
      throw await engine.explain(error);
    } finally {
      limits.clear();
      this.#end(engine, message);
      if (!over) void engine.settle(message.id);
    }
  }

  #begin(engine: Incarnation, run: RunOptions): RunMessage {
    this.#lastRun += 1;
    const id = this.#lastRun;
    engine.beginRun(id);
    if (run.onProgress !== undefined) engine.hosted.progress.set(id, run.onProgress.bind(run));
    return {
      id,
      queryId: run.queryId,
      parameters: run.parameters,
      deadlineAtMs: run.deadlineAtMs,
      progress: run.onProgress !== undefined,
      workDirectory: run.workDirectory,
    };
  }

  #end(engine: Incarnation, { id }: RunMessage): void {
    engine.endRun(id);
    engine.hosted.progress.delete(id);
  }

  /** Takes what the engine made ready along with its estimate, or asks for it now. */
  async #prepareOn(engine: Incarnation, query: BoundQuery): Promise<PreparedAnswer> {
    const ahead = engine.ahead.claim(query);
    const made = ahead === null ? null : await engine.heartbeat.whileAlive(ahead, PLANNING_MS);
    if (made !== null) return made;
    const send = (message: Json): Promise<Json> =>
      engine.heartbeat.whileAlive(engine.channel.call(ENGINE_METHODS.prepare, message), PLANNING_MS);
    return (await this.#withQuery(engine, query, send)) as unknown as PreparedAnswer;
  }

  /** A query that was estimated is not sent again to be prepared. */
  async #withQuery(engine: Incarnation, query: BoundQuery, send: (message: Json) => Promise<Json>): Promise<Json> {
    const known = this.#sent.get(query);
    const entry = known ?? { id: (this.#lastQuery += 1), to: null };
    if (known === undefined) this.#sent.set(query, entry);
    const whole = { id: entry.id, query } as unknown as Json;
    if (entry.to === engine) {
      const answer = await send({ id: entry.id });
      if (answer !== UNKNOWN_QUERY) return answer;
    }
    entry.to = engine;
    return send(whole);
  }
}

/** @throws SPI_INVALID_PLUGIN for an answer of another form, so that the router never weighs what is no number */
function checkAnswer(answer: Json): CostEstimate | Refusal {
  const { kind, rows, cpuMs, startupMs, confidence } = (answer ?? {}) as Readonly<Record<string, unknown>>;
  if (kind === 'refusal') return answer as unknown as Refusal;
  if (kind === 'estimate' && [rows, cpuMs, startupMs, confidence].every((value) => typeof value === 'number')) {
    return answer as unknown as CostEstimate;
  }
  throw new PlatformError('SPI_INVALID_PLUGIN', 'the engine answered with neither an estimate nor a refusal');
}

function unavailable(reason: string): Refusal {
  return { kind: 'refusal', code: 'ENGINE_UNAVAILABLE', reason };
}

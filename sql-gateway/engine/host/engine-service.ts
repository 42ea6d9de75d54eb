import {
  assert,
  type BoundQuery,
  type Engine,
  type EnginePlugin,
  type PreparedQuery,
  type RunOptions,
  type StagingArea,
} from '../../../spi/index.ts';
import type { Channel, Handler, Json, ServeContext } from '../../../runtime/process/index.ts';
import { loadPlugin } from '../load-plugin.ts';
import { codedError } from './coded-error.ts';
import {
  ENGINE_METHODS,
  type EstimateMessage,
  type ExecuteMessage,
  HOST_METHODS,
  type LoadMessage,
  type PluginDescription,
  type QueryMessage,
  type RunMessage,
  type StartMessage,
  UNKNOWN_QUERY,
  type WriteMessage,
} from './host-message.ts';
import { remoteHost } from './remote-host.ts';
import { viewService } from './view-service.ts';

/** Units: queries that are kept for when they are prepared after they were estimated. */
const QUERIES_MAX = 512;

/** Returns the methods of a process or thread that holds one engine. */
export function engineService(channel: Channel): Readonly<Record<string, Handler>> {
  const hosted = new HostedPlugin(channel);
  const methods: Readonly<Record<string, Handler>> = {
    [ENGINE_METHODS.load]: async (message: LoadMessage) => ({ ...(await hosted.load(message)) }) as unknown as Json,
    [ENGINE_METHODS.start]: (message: StartMessage) => hosted.start(message),
    [ENGINE_METHODS.estimate]: (message: EstimateMessage, context) => hosted.estimate(message, context),
    [ENGINE_METHODS.prepare]: (message: QueryMessage) => hosted.withQuery(message, (query) => hosted.prepare(query)),
    [ENGINE_METHODS.execute]: (message: ExecuteMessage, context) => hosted.execute(message, context),
    [ENGINE_METHODS.closePrepared]: (numbers: readonly number[]) => hosted.closePrepared(numbers),
    [ENGINE_METHODS.write]: (message: WriteMessage, context) => hosted.withQuery(message, (query) => hosted.write(query, message, context)),
    [ENGINE_METHODS.settle]: async (run: number) => {
      await hosted.runs.get(run);
      return null;
    },
    [ENGINE_METHODS.ping]: () => Promise.resolve(null),
    [ENGINE_METHODS.health]: async () => (await hosted.engine.health()) as unknown as Json,
    [ENGINE_METHODS.drain]: async (timeoutMs: number) => {
      await hosted.engine.drain(timeoutMs);
      return null;
    },
    [ENGINE_METHODS.close]: async () => {
      await hosted.engine.close();
      return null;
    },
    ...viewService(() => hosted.engine),
  };
  return Object.fromEntries(Object.entries(methods).map(([name, handler]) => [name, coded(handler)]));
}

/** What a plugin throws crosses as a coded error, whatever it is. */
function coded(handler: Handler): Handler {
  return async (params, context) => {
    try {
      return await handler(params, context);
    } catch (error) {
      throw codedError(error);
    }
  };
}

class HostedPlugin {
  /** Runs by number, until they have come to rest. */
  readonly runs = new Map<number, Promise<unknown>>();
  readonly #channel: Channel;
  readonly #queries = new Map<number, BoundQuery>();
  readonly #prepared = new Map<number, PreparedQuery>();
  #lastPrepared = 0;
  #plugin: EnginePlugin | null = null;
  #engine: Engine | null = null;

  constructor(channel: Channel) {
    this.#channel = channel;
  }

  get engine(): Engine {
    assert(this.#engine !== null, 'an engine is started before it is used');
    return this.#engine;
  }

  async load({ module }: LoadMessage): Promise<PluginDescription> {
    this.#plugin = await loadPlugin(module);
    const { name, version, spi, configSchema } = this.#plugin;
    return { name, version, spi, configSchema };
  }

  async start(message: StartMessage): Promise<Json> {
    assert(this.#plugin !== null && this.#engine === null, 'a plugin is loaded, then started once');
    this.#engine = await this.#plugin.create(message.config, remoteHost(this.#channel, message));
    return { capabilities: this.#engine.capabilities } as unknown as Json;
  }

  /** An engine may keep what it found out with the query itself, so that estimating and preparing see the same object. */
  withQuery(message: QueryMessage, work: (query: BoundQuery) => Promise<Json>): Promise<Json> {
    const query = this.#queryOf(message);
    return query === undefined ? Promise.resolve(UNKNOWN_QUERY) : work(query);
  }

  async prepare(query: BoundQuery): Promise<Json> {
    const prepared = await this.engine.prepare(query);
    this.#lastPrepared += 1;
    this.#prepared.set(this.#lastPrepared, prepared);
    return { prepared: this.#lastPrepared, columns: prepared.columns } as unknown as Json;
  }

  async estimate(message: EstimateMessage, context: ServeContext): Promise<Json> {
    const closed = this.closePrepared(message.closed);
    const query = this.#queryOf(message);
    if (query === undefined) {
      context.header(UNKNOWN_QUERY);
      return null;
    }
    const answer = await this.engine.estimate(query);
    context.header(answer as unknown as Json);
    await closed;
    if (!message.prepare || answer.kind === 'refusal') return null;
    // The estimate leaves first: the server weighs it while the query is made ready.
    await new Promise((resolve) => setImmediate(resolve));
    return this.prepare(query);
  }

  async closePrepared(numbers: readonly number[]): Promise<Json> {
    for (const number of numbers) {
      const prepared = this.#prepared.get(number);
      this.#prepared.delete(number);
      await prepared?.close();
    }
    return null;
  }

  execute({ prepared: number, run }: ExecuteMessage, context: ServeContext): Promise<Json> {
    const prepared = this.#prepared.get(number);
    assert(prepared !== undefined, 'a query is prepared before it is executed');
    return this.#keep(run, async () => {
      for await (const frame of prepared.execute(this.#optionsOf(run, context)).frames) await context.send(frame);
      return null;
    });
  }

  write(query: BoundQuery, { run, fields }: WriteMessage, context: ServeContext): Promise<Json> {
    const staging = (task: string, attempt: number): Json => ({ run: run.id, task, attempt });
    const area: StagingArea = {
      fields,
      target: async (task, attempt) => (await this.#channel.call(HOST_METHODS.target, staging(task, attempt))) as never,
      append: async (task, attempt, frames) =>
        (await this.#channel.call(HOST_METHODS.append, staging(task, attempt), { frames, signal: context.signal })) as never,
    };
    return this.#keep(run, async () => (await this.engine.write(query, area, this.#optionsOf(run, context))) as unknown as Json);
  }

  async #keep(run: RunMessage, work: () => Promise<Json>): Promise<Json> {
    const running = work();
    this.runs.set(
      run.id,
      running.catch(() => undefined),
    );
    try {
      return await running;
    } finally {
      this.runs.delete(run.id);
    }
  }

  #optionsOf({ id, queryId, parameters, deadlineAtMs, progress, workDirectory }: RunMessage, { signal }: ServeContext): RunOptions {
    const onProgress: RunOptions['onProgress'] = (told) => {
      this.#channel.call(HOST_METHODS.progress, { run: id, progress: told } as unknown as Json).catch(() => {
        // The channel is gone: nobody asks how far the run is.
      });
    };
    return {
      queryId,
      parameters,
      signal,
      deadlineAtMs,
      ...(progress ? { onProgress } : {}),
      ...(workDirectory === undefined ? {} : { workDirectory }),
    };
  }

  #queryOf({ id, query }: QueryMessage): BoundQuery | undefined {
    if (query !== undefined) this.#remember(id, query);
    return query ?? this.#queries.get(id);
  }

  #remember(id: number, query: BoundQuery): void {
    this.#queries.set(id, query);
    if (this.#queries.size <= QUERIES_MAX) return;
    const [oldest] = this.#queries.keys();
    if (oldest !== undefined) this.#queries.delete(oldest);
  }
}

import type { BoundQuery } from '../../../spi/index.ts';

/** One message between the host and an engine. */
export interface TraceEvent {
  /** Units: milliseconds since 1970 UTC. */
  readonly atMs: number;
  readonly engine: string;
  readonly version: string;
  /** Numbers queries in the order in which the engine met them; null for what belongs to no single one. */
  readonly query: number | null;
  readonly from: 'host' | 'engine';
  /** The method of the SPI, and for what comes back also `frame`, `end` and `error`. */
  readonly message: string;
  /** Since what it answers was asked. Units: milliseconds; null for a question. */
  readonly elapsedMs: number | null;
  /** Length as JSON, or of the frame. */
  readonly bytes: number;
  /** What is said, without frames. */
  readonly body: unknown;
}

/** Which engine is spoken with. */
export interface TracedIdentity {
  readonly name: string;
  readonly version: string;
}

/** What is said, before it is timed. */
export type TraceMessage = Pick<TraceEvent, 'from' | 'message' | 'body'> & {
  readonly query?: BoundQuery | null;
  readonly askedAtMs?: number;
  /** Of a frame. */
  readonly bytes?: number;
};

/** Takes what is said to those who follow an engine. Costs nothing while nobody does. */
export class EngineTraces {
  readonly #followers = new Map<string, Set<(event: TraceEvent) => void>>();
  readonly #numbers = new WeakMap<BoundQuery, number>();
  #lastNumber = 0;

  /** Calls the listener with each message of the engines of a name, its canary's too, until what is returned is called. */
  follow(engine: string, listener: (event: TraceEvent) => void): () => void {
    const followers = this.#followers.get(engine) ?? new Set();
    this.#followers.set(engine, followers.add(listener));
    return () => {
      followers.delete(listener);
      if (followers.size === 0) this.#followers.delete(engine);
    };
  }

  isFollowed({ name }: TracedIdentity): boolean {
    return this.#followers.has(name);
  }

  emit({ name, version }: TracedIdentity, { query = null, askedAtMs, bytes, body, ...said }: TraceMessage): void {
    const event: TraceEvent = {
      atMs: Date.now(),
      engine: name,
      version,
      query: query === null ? null : this.#numberOf(query),
      ...said,
      elapsedMs: askedAtMs === undefined ? null : performance.now() - askedAtMs,
      bytes: bytes ?? (body === null ? 0 : Buffer.byteLength(JSON.stringify(body))),
      body,
    };
    for (const listener of this.#followers.get(name) ?? []) listener(event);
  }

  #numberOf(query: BoundQuery): number {
    const known = this.#numbers.get(query);
    if (known !== undefined) return known;
    this.#lastNumber += 1;
    this.#numbers.set(query, this.#lastNumber);
    return this.#lastNumber;
  }
}

import { encodeSchemaMessage } from '../arrow/index.ts';
import { PlatformError } from '../../spi/index.ts';
import type { ArrowStream } from './arrow-stream.ts';
import { BatchCollector } from './batch-collector.ts';
import { destroyChunk, type NativeResult } from './native-result.ts';
import type { Pointer } from './native-library.ts';
import type { SlabPool } from './slab-pool.ts';

/** What a stream needs of the connection that it runs on. */
export interface StreamHost {
  readonly slabs: SlabPool;
  /** Whether nothing is left to compute: then rows only have to be picked up. Must not be asked while a fetch is under way. */
  executionIsFinished(): boolean;
  interrupt(): void;
  /** Runs the statement once more to learn why it fails. Resolves when it does not. @throws what it fails with */
  runAgain(): Promise<void>;
  /** Told once, when the result is freed. */
  released(): void;
}

/** The frames of one result: converts one chunk while the next is fetched, and builds one frame ahead of the reader. */
export class ResultStream implements ArrowStream {
  readonly #result: NativeResult;
  readonly #host: StreamHost;
  readonly #schema: Uint8Array;
  readonly #collector: BatchCollector;
  #ahead: Promise<Uint8Array | null>;
  #fetching: Promise<Pointer | null> | null = null;
  #finished: boolean;
  #first = true;
  #ended = false;
  #stopped: PlatformError | null = null;
  #released: Promise<void> | null = null;

  /** Takes over the result. @throws ENGINE_UNSUPPORTED */
  constructor(result: NativeResult, host: StreamHost) {
    this.#result = result;
    this.#host = host;
    const schema = result.schema();
    this.#schema = encodeSchemaMessage(schema);
    this.#collector = new BatchCollector(schema, host.slabs);
    this.#finished = host.executionIsFinished();
    this.#ahead = this.#produceAhead();
  }

  schema(): Uint8Array {
    return this.#schema;
  }

  async next(): Promise<Uint8Array | null> {
    if (this.#stopped !== null) throw this.#stopped;
    const frame = await this.#ahead.catch((error: unknown) => this.#fail(error));
    // `stop` may have been called while this waited
    const stopped = this.#stopped as PlatformError | null;
    if (stopped !== null) throw stopped;
    if (frame !== null) this.#ahead = this.#produceAhead();
    else await this.#release();
    return frame;
  }

  recycle(frame: Uint8Array): void {
    this.#host.slabs.give(frame);
  }

  /** Makes the reader's next call throw `reason`, unless the end was handed out already. */
  stop(reason: PlatformError): void {
    this.#stopped ??= reason;
  }

  async close(): Promise<void> {
    this.stop(new PlatformError('ENGINE_CANCELLED', 'the result was closed'));
    await this.#release();
  }

  async #fail(error: unknown): Promise<never> {
    const reason = PlatformError.from(error, 'ENGINE_FAILED');
    const unasked = this.#stopped === null && reason.code === 'ENGINE_CANCELLED';
    this.stop(reason);
    await this.#release();
    if (!unasked) throw reason;
    this.#stopped = await this.#causeOf(reason);
    throw this.#stopped;
  }

  /** A thread's error interrupts the other threads, and now and then DuckDB tells of the interrupt in place of the error. */
  #causeOf(interrupt: PlatformError): Promise<PlatformError> {
    return this.#host.runAgain().then(
      () => new PlatformError('ENGINE_FAILED', 'DuckDB ended the statement and did not say why', { cause: interrupt }),
      (error: unknown) => PlatformError.from(error, 'ENGINE_FAILED'),
    );
  }

  #produceAhead(): Promise<Uint8Array | null> {
    const ahead = this.#produce();
    // The reader meets the error in `next`; a reader that never comes back must not end the process.
    ahead.catch(() => undefined);
    return ahead;
  }

  async #produce(): Promise<Uint8Array | null> {
    const collector = this.#collector;
    while (this.#stopped === null) {
      if (this.#ended) return null;
      const chunk = this.#finished ? this.#take(this.#result.fetchNow()) : await this.#nextChunk();
      if (chunk === null) {
        this.#result.verify();
        return collector.rows === 0 ? null : collector.build();
      }
      try {
        collector.add(this.#result.arrowOptions, chunk);
      } finally {
        destroyChunk(chunk);
      }
      // The first rows go out at once; later ones wait for company.
      if (collector.full || (this.#first && !this.#finished)) {
        this.#first = false;
        return collector.build();
      }
    }
    throw this.#stopped;
  }

  async #nextChunk(): Promise<Pointer | null> {
    const chunk = this.#take(await (this.#fetching ?? this.#result.fetch()));
    this.#fetching = chunk === null ? null : this.#result.fetch();
    return chunk;
  }

  /** Notes the end: a fetch after it would be an error. */
  #take(chunk: Pointer | null): Pointer | null {
    if (chunk === null) this.#ended = true;
    return chunk;
  }

  #release(): Promise<void> {
    this.#released ??= this.#releaseOnce();
    return this.#released;
  }

  async #releaseOnce(): Promise<void> {
    if (this.#stopped !== null) this.#host.interrupt();
    await this.#ahead.catch(() => undefined);
    await this.#drain();
    this.#collector.clear();
    this.#result.destroy();
    this.#host.released();
  }

  /** Fetches until DuckDB has ended the statement, which an interrupt makes it do at the next chunk. */
  async #drain(): Promise<void> {
    while (!this.#ended) {
      const chunk = this.#finished ? this.#take(this.#result.fetchNow()) : await this.#nextChunk();
      if (chunk !== null) destroyChunk(chunk);
    }
  }
}

import { PlatformError } from '../../spi/index.ts';
import { type Row, readRows } from '../arrow/index.ts';
import type { ArrowStream } from './arrow-stream.ts';
import { bindParameters } from './bind-parameters.ts';
import type { Connection, StatementParameter, StatementProgress } from './connection-contract.ts';
import { ingestFrames } from './ingest-frames.ts';
import { nativeLibrary, type Pointer, pointerCell } from './native-library.ts';
import { destroyChunk, NativeResult } from './native-result.ts';
import { ResultStream } from './result-stream.ts';
import { SlabPool } from './slab-pool.ts';
import { StatementCache } from './statement-cache.ts';

/** DuckDB forgets an interrupt that arrives just before a statement starts, so it is repeated until the statement has ended. */
const INTERRUPT_REPEAT_MS = 20;

/** A session over `duckdb_connection`. */
export class NativeConnection implements Connection {
  readonly #pointer: Pointer;
  readonly #statements: StatementCache;
  readonly #slabs = new SlabPool();
  readonly #forget: () => void;
  #tail: Promise<unknown> = Promise.resolve();
  #stream: ResultStream | null = null;
  #running = 0;
  #interrupting: NodeJS.Timeout | null = null;
  #closed = false;

  /** Takes over the native connection; `forget` is told when it is closed. */
  constructor(pointer: Pointer, forget: () => void) {
    this.#pointer = pointer;
    this.#statements = new StatementCache(pointer);
    this.#forget = forget;
  }

  execute(sql: string, parameters: readonly StatementParameter[] = [], { keeps = false } = {}): Promise<void> {
    return this.#exclusive(() => this.#execute(sql, parameters, keeps));
  }

  queryRows(sql: string, parameters: readonly StatementParameter[] = [], { keeps = false } = {}): Promise<readonly Row[]> {
    return this.#exclusive(async () => {
      const stream = await this.#openStream(sql, parameters, keeps);
      const frames = [stream.schema()];
      try {
        for (let frame = await stream.next(); frame !== null; frame = await stream.next()) frames.push(frame);
      } finally {
        await stream.close();
      }
      return readRows(frames);
    });
  }

  stream(sql: string, parameters: readonly StatementParameter[] = []): Promise<ArrowStream> {
    return this.#exclusive(() => this.#openStream(sql, parameters));
  }

  ingest(tableName: string, frames: AsyncIterable<Uint8Array>): Promise<number> {
    return this.#exclusive(() =>
      ingestFrames(
        {
          connection: this.#pointer,
          execute: (sql) => this.#execute(sql, []),
          checkCancelled: () => {
            if (this.#interrupting !== null) throw new PlatformError('ENGINE_CANCELLED', 'the statement was cancelled');
          },
        },
        tableName,
        frames,
      ),
    );
  }

  interrupt(): void {
    this.#stream?.stop(new PlatformError('ENGINE_CANCELLED', 'the statement was cancelled'));
    if (this.#closed) return;
    const native = nativeLibrary();
    native.interrupt(this.#pointer);
    if (this.#running === 0 || this.#interrupting !== null) return;
    this.#interrupting = setInterval(() => native.interrupt(this.#pointer), INTERRUPT_REPEAT_MS);
  }

  progress(): StatementProgress {
    if (this.#closed) return { percent: -1, rows: 0n, totalRows: 0n };
    const { percent, rows, totalRows } = nativeLibrary().queryProgress(this.#pointer);
    return { percent, rows: BigInt(rows), totalRows: BigInt(totalRows) };
  }

  async close(): Promise<void> {
    if (this.#closed) return this.#tail.then(() => undefined);
    this.interrupt();
    const closing = this.#exclusive(async () => {
      this.#statements.clear();
      nativeLibrary().disconnect(pointerCell(this.#pointer));
      this.#forget();
      return Promise.resolve();
    });
    this.#closed = true;
    return closing;
  }

  /** Runs one task at a time, in the order of the calls, each after the open stream was closed. */
  #exclusive<Result>(task: () => Promise<Result>): Promise<Result> {
    if (this.#closed) return Promise.reject(new PlatformError('ENGINE_UNAVAILABLE', 'the connection is closed'));
    const turn = this.#tail.then(async () => {
      await this.#stream?.close();
      this.#running += 1;
      try {
        return await task();
      } finally {
        this.#running -= 1;
        this.#endInterrupt();
      }
    });
    this.#tail = turn.catch(() => undefined);
    return turn;
  }

  async #execute(sql: string, parameters: readonly StatementParameter[], keeps = false): Promise<void> {
    const [result, release] = await this.#start(sql, parameters, keeps);
    try {
      for (let chunk = await result.fetch(); chunk !== null; chunk = await result.fetch()) destroyChunk(chunk);
      result.verify();
    } finally {
      result.destroy();
      release();
    }
  }

  async #start(sql: string, parameters: readonly StatementParameter[], keeps = false): Promise<[NativeResult, () => void]> {
    const statement = await this.#statements.take(sql, keeps);
    const release = (): void => this.#statements.release(statement);
    try {
      bindParameters(statement.pointer, statement.parameterCount, parameters);
      if (this.#interrupting !== null) throw new PlatformError('ENGINE_CANCELLED', 'the statement was cancelled');
      return [await NativeResult.execute(statement.pointer), release];
    } catch (error) {
      release();
      throw error;
    }
  }

  async #openStream(sql: string, parameters: readonly StatementParameter[], keeps = false): Promise<ArrowStream> {
    const [result, release] = await this.#start(sql, parameters, keeps);
    const native = nativeLibrary();
    try {
      const stream: ResultStream = new ResultStream(result, {
        slabs: this.#slabs,
        executionIsFinished: () => native.executionIsFinished(this.#pointer),
        interrupt: () => native.interrupt(this.#pointer),
        runAgain: () => this.#exclusive(() => this.#execute(sql, parameters, keeps)),
        released: () => {
          release();
          if (this.#stream === stream) this.#stream = null;
        },
      });
      this.#stream = stream;
      return stream;
    } catch (error) {
      result.destroy();
      release();
      throw error;
    }
  }

  #endInterrupt(): void {
    if (this.#interrupting === null) return;
    clearInterval(this.#interrupting);
    this.#interrupting = null;
  }
}

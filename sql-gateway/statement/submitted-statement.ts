import type { PlatformError } from '../../spi/index.ts';
import { answersRows, type QueryInfo, type QueryRecord } from '../query/query-registry.ts';
import type { StatementOutcome } from '../query/statement-request.ts';
import { encodeBody } from '../result/result-body.ts';
import type { ResultEncoder } from '../result/result-encoder.ts';
import type { ResultFormat } from '../result/result-format.ts';
import type { ResultFile } from './result-file.ts';

/** What an answer tells beside its rows. */
export type AnswerFacts = Pick<StatementOutcome, 'engine' | 'snapshots' | 'sessionChange' | 'cache'>;

/** A statement that runs without anybody waiting for it, and its result. */
export class SubmittedStatement {
  readonly format: ResultFormat;
  readonly file: ResultFile;
  readonly #record: QueryRecord;
  readonly #waiters = new Set<() => void>();
  #answer: AnswerFacts | null = null;
  #error: PlatformError | null = null;
  #hasEnded = false;
  #expiresAtMs: number | null = null;

  constructor(record: QueryRecord, format: ResultFormat, file: ResultFile) {
    this.#record = record;
    this.format = format;
    this.file = file;
  }

  get info(): QueryInfo {
    return this.#record.info;
  }

  /** Null until the answer has begun. */
  get answer(): AnswerFacts | null {
    return this.#answer;
  }

  /** Whether nothing changes any more: the result is whole, or gone with an error. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** What the statement failed with; null while it runs and when it did not. */
  get error(): PlatformError | null {
    return this.#error;
  }

  /** When the result is removed; null while the statement runs. Units: milliseconds since 1970 UTC. */
  get expiresAtMs(): number | null {
    return this.#expiresAtMs;
  }

  cancel(reason: PlatformError): void {
    this.#record.cancel(reason);
  }

  /** Writes the answer into the file; the disk holds the engine back.
   *  @throws what the answer throws, RESOURCE_RESULT_BYTES, RESOURCE_SPOOL, RESOURCE_DISK, STORAGE_IO */
  async keep(outcome: StatementOutcome, encoder: ResultEncoder): Promise<void> {
    const { engine, snapshots, sessionChange, cache } = outcome;
    this.#answer = { engine, snapshots, sessionChange, ...(cache === undefined ? {} : { cache }) };
    const { id: queryId, createdAtMs } = this.#record;
    const countsRows = answersRows(this.info);
    for await (const { bytes, rows } of encodeBody(this.format, outcome, encoder, { queryId, createdAtMs })) {
      // An engine that is slow to hear of it must not fill the disk meanwhile.
      this.#record.signal.throwIfAborted();
      const isPageFull = await this.file.append(bytes);
      this.#record.count(countsRows ? rows : 0, bytes.byteLength);
      if (isPageFull) this.#wake();
    }
    await this.file.complete();
  }

  /** Notes how it ended. */
  end(error: PlatformError | null, expiresAtMs: number): void {
    this.#error = error;
    this.#expiresAtMs = expiresAtMs;
    this.#hasEnded = true;
    this.#wake();
  }

  /** Resolves when what is asked for is true or the statement has ended, at the latest after the time given or with the signal. */
  async waitUntil(isTrue: () => boolean, waitMs: number, signal: AbortSignal): Promise<void> {
    if (waitMs === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(leave, waitMs);
      const look = (): void => {
        if (this.#hasEnded || signal.aborted || isTrue()) leave();
      };
      const waiters = this.#waiters;
      function leave(): void {
        clearTimeout(timer);
        waiters.delete(look);
        signal.removeEventListener('abort', leave);
        resolve();
      }
      waiters.add(look);
      signal.addEventListener('abort', leave, { once: true });
      look();
    });
  }

  #wake(): void {
    for (const look of [...this.#waiters]) look();
  }
}

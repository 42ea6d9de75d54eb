import type { RecordBatch } from 'apache-arrow';
import type { Row } from '../runtime/arrow/index.ts';
import { callServer } from './call-server.ts';
import { type Problem, toError } from './read-problem.ts';
import { ResultPages } from './result-pages.ts';
import type { ServerAddress } from './server-address.ts';
import { StatementResult } from './statement-result.ts';

/** What the server tells of a submitted statement. */
export interface StatementStatus {
  readonly queryId: string;
  readonly state: 'queued' | 'running' | 'finished' | 'failed' | 'cancelled';
  readonly engine: string | null;
  /** Rows and bytes of the result that are there. */
  readonly rows: number;
  readonly bytes: number;
  /** What the engine tells of its work; null where it tells nothing. */
  readonly progress: Readonly<Record<string, unknown>> | null;
  /** What it failed with; null for none. */
  readonly error: Problem | null;
  /** When the result is removed, null while the statement runs. Units: milliseconds since 1970 UTC. */
  readonly expiresAtMs: number | null;
}

/** Units: milliseconds that one request waits; what stands between might cut a longer one. */
const WAIT_MS = 20_000;

/** A statement that runs on the server without anybody waiting. It can be left, and taken up later by its id. */
export class SubmittedStatement {
  readonly queryId: string;
  readonly #server: ServerAddress;

  constructor(server: ServerAddress, queryId: string) {
    this.#server = server;
    this.queryId = queryId;
  }

  /** Tells how far the statement is. @throws REQUEST_NOT_FOUND when the server has removed it */
  async status(): Promise<StatementStatus> {
    return this.#look(0);
  }

  /** Returns when the statement has finished. The signal ends the waiting, not the statement.
   *  @throws what it failed with; REQUEST_NOT_FOUND when the server has removed it */
  async wait(signal?: AbortSignal): Promise<StatementStatus> {
    for (;;) {
      const status = await this.#look(WAIT_MS, signal);
      if (status.error !== null) throw toError(status.error);
      if (status.state === 'finished') return status;
    }
  }

  /** Returns the result when its first rows are there, while the statement may still run. It can be read again by another call. A connection
   *  that breaks while it is read is made anew, and goes on where it was.
   *  @throws what the statement failed with; REQUEST_NOT_FOUND when the server has removed it */
  async result(signal?: AbortSignal): Promise<StatementResult> {
    const pages = new ResultPages(this.#server, `${this.#path}/result`, WAIT_MS, signal);
    return StatementResult.open(await pages.open(), signal);
  }

  /** Yields the result as Arrow record batches. */
  async *batches(signal?: AbortSignal): AsyncGenerator<RecordBatch> {
    yield* (await this.result(signal)).batches();
  }

  /** Returns all rows of the result. */
  async rows(signal?: AbortSignal): Promise<Row[]> {
    return (await this.result(signal)).rows();
  }

  /** Cancels the statement if it runs, and removes its result. @throws REQUEST_NOT_FOUND */
  async cancel(): Promise<void> {
    await callServer(this.#server, this.#path, { method: 'DELETE' });
  }

  get #path(): string {
    return `/v1/statements/${encodeURIComponent(this.queryId)}`;
  }

  async #look(waitMs: number, signal?: AbortSignal): Promise<StatementStatus> {
    const response = await callServer(this.#server, `${this.#path}?waitMs=${String(waitMs)}`, { method: 'GET', signal });
    return (await response.json()) as StatementStatus;
  }
}

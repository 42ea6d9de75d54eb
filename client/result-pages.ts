import { PlatformError } from '../spi/index.ts';
import { callServer, cancelled, pauseBefore } from './call-server.ts';
import { type SqlAnswer, toAnswer } from './send-statement.ts';
import type { ServerAddress } from './server-address.ts';

/** Name of the first page. */
const FIRST_PAGE = '0';

/** The pages of a kept result, read one after the other. */
export class ResultPages {
  readonly #server: ServerAddress;
  readonly #path: string;
  readonly #waitMs: number;
  readonly #signal: AbortSignal | undefined;

  constructor(server: ServerAddress, path: string, waitMs: number, signal: AbortSignal | undefined) {
    this.#server = server;
    this.#path = path;
    this.#waitMs = waitMs;
    this.#signal = signal;
  }

  /** Returns the answer as if it came over one connection, when its first page is there.
   *  Guarantees: every byte once, whatever connections break: a page is always the same, so that what was read of it is passed over the next time.
   *  @throws the server's coded error */
  async open(): Promise<SqlAnswer> {
    const first = await this.#ask(FIRST_PAGE);
    const bytes = this.#read(first);
    const body = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const next = await bytes.next();
          if (next.done === true) controller.close();
          else controller.enqueue(next.value);
        },
        cancel: async () => {
          await bytes.return(undefined);
        },
      },
      { highWaterMark: 0 },
    );
    return toAnswer(first, {}, body);
  }

  async *#read(first: Response): AsyncGenerator<Uint8Array> {
    let response = first;
    for (let page: string | null = FIRST_PAGE; page !== null; ) {
      yield* this.#readPage(page, response);
      page = response.headers.get('trivium-next-page');
      if (page !== null) response = await this.#ask(page);
    }
  }

  async *#readPage(page: string, first: Response): AsyncGenerator<Uint8Array> {
    let response = first;
    let bytesHad = 0;
    for (let failures = 0; ; failures += 1) {
      try {
        for await (const piece of readBeyond(response, bytesHad)) {
          failures = 0;
          bytesHad += piece.byteLength;
          yield piece;
        }
        return;
      } catch (error) {
        if (this.#signal?.aborted === true) throw cancelled(error);
        if (failures >= (this.#server.retriesMax ?? 0)) throw lost(error);
      }
      await pauseBefore(failures, null, this.#signal);
      response = await this.#ask(page);
    }
  }

  /** A page that is not whole yet is waited for, however long that takes. */
  async #ask(page: string): Promise<Response> {
    const path = `${this.#path}?page=${encodeURIComponent(page)}&waitMs=${String(this.#waitMs)}`;
    for (;;) {
      try {
        return await callServer(this.#server, path, { method: 'GET', signal: this.#signal });
      } catch (error) {
        if (!(error instanceof PlatformError) || error.code !== 'REQUEST_NOT_READY') throw error;
      }
    }
  }
}

/** Yields what comes after the first bytes of a body. */
async function* readBeyond(response: Response, bytesHad: number): AsyncGenerator<Uint8Array> {
  const body: ReadableStream<Uint8Array> = response.body ?? new ReadableStream();
  const reader = body.getReader();
  try {
    let position = 0;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      const fresh = next.value.subarray(Math.max(0, bytesHad - position));
      position += next.value.byteLength;
      if (fresh.byteLength > 0) yield fresh;
    }
  } finally {
    // Whoever stops reading gives the connection back.
    await reader.cancel().catch(() => undefined);
  }
}

function lost(cause: unknown): PlatformError {
  return new PlatformError('ENGINE_LOST', 'the connection broke again and again before the page was read', {
    cause,
    hint: 'Read the result again: the server keeps it for a while.',
  });
}

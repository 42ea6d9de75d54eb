import type { Client, Connection } from 'pg';
import { PlatformError } from '../../spi/index.ts';
import type { RowDecoder } from './decode-rows.ts';

/** Batches that wait for whoever pulls before the socket is paused. */
const BATCHES_MAX = 2;

/** Bytes of the signature, the flags and the length of an extension that nobody uses. */
const HEADER_BYTES = 19;

/** Streams the rows of a binary `COPY .. TO STDOUT` as the decoder's batches.
 *  Guarantees: ends normally only after the server has said that the command is complete; holds the socket back when nobody pulls. */
export async function* copyOut(client: Client, sql: string, decoder: RowDecoder): AsyncGenerator<Uint8Array> {
  const command = new CopyOut(sql, decoder);
  client.query(command);
  for (;;) {
    const batch = await command.take();
    if (batch === null) return;
    yield batch;
  }
}

/** A command as `pg` drives it. Rows are decoded as they come: the client's buffer is used again for what comes next. */
class CopyOut {
  readonly #sql: string;
  readonly #decoder: RowDecoder;
  #connection: Connection | null = null;
  readonly #batches: Uint8Array[] = [];
  #headerSeen = false;
  #complete = false;
  #ended = false;
  #error: Error | null = null;
  #wake: () => void = () => undefined;

  constructor(sql: string, decoder: RowDecoder) {
    this.#sql = sql;
    this.#decoder = decoder;
  }

  /** Returns the next batch, null after the last. @throws what the server says, or the decoder */
  async take(): Promise<Uint8Array | null> {
    while (this.#batches.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#error !== null) throw this.#error;
    const batch = this.#batches.shift();
    this.#connection?.stream.resume();
    if (batch !== undefined) return batch;
    if (!this.#complete) throw new PlatformError('CONNECTOR_FAILED', 'the server ended the copy before it was complete');
    return this.#decoder.takeBatch();
  }

  submit(connection: Connection): null {
    this.#connection = connection;
    connection.query(this.#sql);
    return null;
  }

  handleCopyData({ chunk }: { readonly chunk: Buffer }): void {
    if (this.#error !== null) return;
    const from = this.#headerSeen ? 0 : HEADER_BYTES;
    this.#headerSeen = true;
    try {
      if (chunk.byteLength > from) this.#decoder.addRow(chunk, from);
      if (this.#decoder.isFull) this.#keepBatch();
    } catch (error) {
      this.handleError(error as Error);
    }
  }

  #keepBatch(): void {
    const batch = this.#decoder.takeBatch();
    if (batch !== null) this.#batches.push(batch);
    if (this.#batches.length >= BATCHES_MAX) this.#connection?.stream.pause();
    this.#wake();
  }

  handleCommandComplete(): void {
    this.#complete = true;
  }

  handleReadyForQuery(): void {
    this.#ended = true;
    this.#wake();
  }

  handleError(error: Error): void {
    this.#error = error;
    this.#ended = true;
    this.#wake();
  }
}

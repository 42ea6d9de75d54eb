import type { Client, Connection } from 'pg';
import { PlatformError } from '../../spi/index.ts';

/** Units: messages that wait to be decoded before the socket is paused. */
const MESSAGES_MAX = 4096;

/** Streams the messages of a binary `COPY .. TO STDOUT`: one row each, without the header.
 *  Guarantees: ends normally only after the server has said that the command is complete; holds the socket back when nobody pulls. */
export async function* copyOut(client: Client, sql: string): AsyncGenerator<readonly Uint8Array[]> {
  const command = new CopyOut(sql);
  client.query(command);
  for (;;) {
    const messages = await command.take();
    if (messages === null) return;
    yield messages;
  }
}

/** A command as `pg` drives it. */
class CopyOut {
  readonly #sql: string;
  #connection: Connection | null = null;
  #messages: Uint8Array[] = [];
  #headerSeen = false;
  #complete = false;
  #ended = false;
  #error: Error | null = null;
  #wake: () => void = () => undefined;

  constructor(sql: string) {
    this.#sql = sql;
  }

  /** Returns the messages that have come, null after the last. @throws what the server says */
  async take(): Promise<readonly Uint8Array[] | null> {
    while (this.#messages.length === 0 && !this.#ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#error !== null) throw this.#error;
    if (this.#messages.length === 0) {
      if (!this.#complete) throw new PlatformError('CONNECTOR_FAILED', 'the server ended the copy before it was complete');
      return null;
    }
    const taken = this.#messages;
    this.#messages = [];
    this.#connection?.stream.resume();
    return taken;
  }

  submit(connection: Connection): null {
    this.#connection = connection;
    connection.query(this.#sql);
    return null;
  }

  handleCopyData({ chunk }: { readonly chunk: Uint8Array }): void {
    const row = this.#headerSeen ? chunk : chunk.subarray(HEADER_BYTES);
    this.#headerSeen = true;
    // The client's buffer is used again for what comes next.
    if (row.byteLength > 0) this.#messages.push(new Uint8Array(row));
    if (this.#messages.length >= MESSAGES_MAX) this.#connection?.stream.pause();
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

/** Units: bytes of the signature, the flags and the length of an extension that nobody uses. */
const HEADER_BYTES = 19;

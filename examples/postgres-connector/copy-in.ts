import type { Client, Connection } from 'pg';

/** Units: bytes that may wait for the socket before the writer is held back. */
const WAITING_BYTES_MAX = 2 ** 20;

/** Sends the bytes of a `COPY .. FROM STDIN`. */
export interface CopyIn {
  /** Sends bytes; returns when few enough wait for the socket. @throws what the server says, the signal's reason */
  write(bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  /** Ends the copy; returns when the server has taken all rows. @throws what the server says, the signal's reason */
  end(signal: AbortSignal): Promise<void>;
}

/** Begins a copy; returns when the server waits for its bytes. @throws what the server says */
export async function copyIn(client: Client, sql: string, signal: AbortSignal): Promise<CopyIn> {
  const command = new CopyInCommand(sql);
  client.query(command);
  await command.until(() => command.connection !== null, signal);
  return {
    write: async (bytes, stop) => {
      await command.until(() => (command.connection?.stream.writableLength ?? 0) < WAITING_BYTES_MAX, stop);
      command.connection?.sendCopyFromChunk(bytes);
    },
    end: async (stop) => {
      command.connection?.endCopyFrom();
      await command.until(() => command.ended, stop);
    },
  };
}

/** A command as `pg` drives it. */
class CopyInCommand {
  /** Null until the server waits for bytes. */
  connection: Connection | null = null;
  ended = false;
  #error: Error | null = null;
  readonly #sql: string;
  #wake: () => void = () => undefined;

  constructor(sql: string) {
    this.#sql = sql;
  }

  /** Waits for the server or the socket. */
  async until(isReached: () => boolean, signal: AbortSignal): Promise<void> {
    const wake = (): void => {
      this.#wake();
    };
    signal.addEventListener('abort', wake, { once: true });
    try {
      for (;;) {
        if (this.#error !== null) throw this.#error;
        signal.throwIfAborted();
        if (isReached()) return;
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    } finally {
      signal.removeEventListener('abort', wake);
    }
  }

  submit(connection: Connection): null {
    connection.query(this.#sql);
    return null;
  }

  handleCopyInResponse(connection: Connection): void {
    this.connection = connection;
    connection.stream.on('drain', () => {
      this.#wake();
    });
    this.#wake();
  }

  handleCommandComplete(): void {
    // What ends the command is that the server is ready again.
  }

  handleReadyForQuery(): void {
    this.ended = true;
    this.#wake();
  }

  handleError(error: Error): void {
    this.#error = error;
    this.#wake();
  }
}

// What the connector uses of `pg`, which brings no types: so that the sources are checked where the package is not installed.
declare module 'pg' {
  interface Submittable {
    submit(connection: Connection): Error | null;
  }
  interface Connection {
    readonly stream: { pause(): void; resume(): void; on(event: 'drain', listener: () => void): void; readonly writableLength: number };
    query(text: string): void;
    sendCopyFromChunk(chunk: Uint8Array): void;
    endCopyFrom(): void;
  }
  class Client {
    query(
      text: string,
      values?: readonly unknown[],
    ): Promise<{ readonly command: string; readonly rows: readonly Record<string, unknown>[] }>;
    query<Command extends Submittable>(command: Command): Command;
    on(event: 'error', listener: (error: Error) => void): this;
    /** With true the connection is closed and not used again. */
    release(destroy?: boolean): void;
  }
  class Pool {
    constructor(options: {
      readonly host: string;
      readonly port: number;
      readonly database: string;
      readonly user: string;
      readonly password: string | undefined;
      readonly max: number;
      readonly connectionTimeoutMillis: number;
    });
    query: Client['query'];
    connect(): Promise<Client>;
    on(event: 'error', listener: (error: Error) => void): this;
    on(event: 'connect', listener: (client: Client) => void): this;
    end(): Promise<void>;
  }
  export { Pool };
  export type { Client, Connection };
}

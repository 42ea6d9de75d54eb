import { type Appended, type AppendOptions, appendRows, type RowsInput } from './append-rows.ts';
import { callServer } from './call-server.ts';
import type { ClientSession } from './send-statement.ts';
import type { ServerAddress } from './server-address.ts';
import { Session, type StatementOptions } from './session.ts';
import { SubmittedStatement } from './submitted-statement.ts';
import type { StatementResult } from './statement-result.ts';

/** How to reach a server. */
export interface ConnectOptions {
  /** Such as `http://localhost:8080`. */
  readonly url: string;
  /** The API token; left out for a server without tokens. */
  readonly token?: string;
  /** Certificates of authorities to trust beside those that Node knows, in PEM. In Node only: browsers know whom they trust. */
  readonly ca?: string;
  /** Whether results are compressed on their way, for slow networks. */
  readonly compress?: boolean;
  /** How often a request that was turned away is sent again; 4 when left out. Writes carry an idempotency key, so that none is done twice. */
  readonly retriesMax?: number;
}

/** A server to talk to. It holds no connection and need not be closed. */
export interface Client {
  /** Runs one statement with the server's settings. @throws PlatformError with the server's code */
  query(sql: string, options?: StatementOptions): Promise<StatementResult>;
  /** Submits a statement and returns when the server has taken it: it runs on whatever becomes of the client. */
  submit(sql: string, options?: StatementOptions): Promise<SubmittedStatement>;
  /** Returns a statement that was submitted before, by whatever process of this user. Nothing is sent yet. */
  submitted(queryId: string): SubmittedStatement;
  /** Returns a session: statements that share settings and transactions. */
  session(settings?: ClientSession): Session;
  /** Appends rows to a table `schema.name` in one commit and returns when they are durable. */
  append(table: string, rows: RowsInput, options?: AppendOptions): Promise<Appended>;
  /** Cancels a running statement of this user. @throws REQUEST_NOT_FOUND */
  cancel(queryId: string): Promise<void>;
}

const RETRIES_MAX = 4;

/** Returns a client of a server. Nothing is sent yet. */
export function connect(options: ConnectOptions): Client {
  const { ca, ...others } = options;
  const trust = ca === undefined ? {} : { trust: { ca } };
  const server: ServerAddress = { retriesMax: RETRIES_MAX, ...others, ...trust, token: options.token ?? null };
  return {
    query: (sql, statement) => new Session(server, {}).query(sql, statement),
    submit: (sql, statement) => new Session(server, {}).submit(sql, statement),
    submitted: (queryId) => new SubmittedStatement(server, queryId),
    session: (settings = {}) => new Session(server, settings),
    append: (table, rows, append) => appendRows(server, table, rows, append),
    cancel: async (queryId) => {
      await callServer(server, `/v1/queries/${encodeURIComponent(queryId)}`, { method: 'DELETE' });
    },
  };
}

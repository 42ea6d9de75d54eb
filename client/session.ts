import { type ClientSession, sendStatement, type SqlRequest, type StatementParameters, submitStatement } from './send-statement.ts';
import type { ServerAddress } from './server-address.ts';
import { StatementResult } from './statement-result.ts';
import { SubmittedStatement } from './submitted-statement.ts';

/** What may be said beside a statement's text. */
export interface StatementOptions {
  /** Values of `$1`, `$2`, .. as a list, or of `$name` by name. */
  readonly parameters?: StatementParameters;
  /** Aborting cancels the statement on the server; a submitted one goes on once the server has taken it. */
  readonly signal?: AbortSignal;
  /** Units: milliseconds. */
  readonly timeoutMs?: number;
  /** Names a write: sent again under the same key, by whatever process, it is done once. A random key when left out. */
  readonly idempotencyKey?: string;
}

/** Statements that share settings: `SET`, `RESET`, `USE`, `BEGIN` and `COMMIT` hold for those after them. The server keeps no sessions, so that an unused one costs nothing and need not be closed. */
export class Session {
  readonly #server: ServerAddress;
  #settings: ClientSession;

  constructor(server: ServerAddress, settings: ClientSession) {
    this.#server = server;
    this.#settings = settings;
  }

  /** The settings as the last answer left them. */
  get settings(): ClientSession {
    return this.#settings;
  }

  /** Runs a statement and returns when its first rows are there.
   *  @throws PlatformError with the server's code */
  async query(sql: string, options: StatementOptions = {}): Promise<StatementResult> {
    const session = this.#settings;
    const answer = await sendStatement(this.#server, this.#request(sql, options));
    // A plain query that runs beside a SET must not put its older settings back.
    if (answer.session !== session) this.#settings = answer.session;
    return StatementResult.open(answer, options.signal);
  }

  /** Submits a statement with the settings of the session and returns when the server has taken it; its result is kept there for a while.
   *  A statement that changes settings changes none of the session's.
   *  @throws PlatformError with the server's code, for a fault of the text too */
  async submit(sql: string, options: StatementOptions = {}): Promise<SubmittedStatement> {
    return new SubmittedStatement(this.#server, await submitStatement(this.#server, this.#request(sql, options)));
  }

  #request(sql: string, { parameters, signal, timeoutMs, idempotencyKey = crypto.randomUUID() }: StatementOptions): SqlRequest {
    return { sql, session: this.#settings, format: 'arrow', parameters, timeoutMs, idempotencyKey, signal };
  }

  /** Runs what is given inside a transaction of its own: COMMIT when it returns, ROLLBACK when it throws. The session it is given is for the statements of the transaction. */
  async transaction<Value>(run: (session: Session) => Promise<Value>): Promise<Value> {
    const inside = new Session(this.#server, this.#settings);
    await (await inside.query('BEGIN')).rows();
    let value: Value;
    try {
      value = await run(inside);
    } catch (error) {
      // The error of the statement is the one that counts; a transaction that cannot be rolled back ends by its time limit.
      await inside.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
    await (await inside.query('COMMIT')).rows();
    return value;
  }
}

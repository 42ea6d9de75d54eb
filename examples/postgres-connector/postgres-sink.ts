import { setTimeout as sleep } from 'node:timers/promises';
import { type RecordBatch, RecordBatchReader } from 'apache-arrow';
import type { Client } from 'pg';
import { type ConnectorSink, type Field, PlatformError, type RelationName } from '../../spi/index.ts';
import { quoteName } from './column-types.ts';
import { copyIn } from './copy-in.ts';
import { COPY_HEADER, COPY_TRAILER, encodeBatch, type TargetColumn } from './encode-rows.ts';
import { postgresError } from './postgres-error.ts';

/** Where keys of statements are kept, in the transaction that inserts their rows. */
const KEYS_DDL = `CREATE TABLE IF NOT EXISTS public.trivium_commits (
  relation text, key text, rows bigint, committed_at timestamptz DEFAULT now(), PRIMARY KEY (relation, key))`;

/** Waits for the outcome of a commit whose answer was lost. Units: milliseconds. */
const OUTCOME_WAITS_MS = [100, 300, 1000, 3000, 10_000];

/** What a sink works with. */
export interface SinkParts {
  readonly catalog: string;
  readonly table: RelationName;
  readonly fields: readonly Field[];
  /** Null for a statement that has none. */
  readonly key: string | null;
  /** @throws CONNECTOR_UNAVAILABLE */
  connect(): Promise<Client>;
}

/** Begins a transaction that takes rows into a table. With a key it waits for another attempt of the same key that is under way, and finds what that one committed.
 *  @throws CONNECTOR_* */
export async function beginSink(parts: SinkParts): Promise<ConnectorSink> {
  const client = await parts.connect();
  try {
    if (parts.key !== null) await createKeys(client);
    await client.query('BEGIN');
    const columns = await targetColumns(client, parts);
    const { rows } = await client.query('SELECT txid_current()::text AS id');
    const repeated = parts.key === null ? null : await takeKey(client, parts.table, parts.key);
    return new PostgresSink(client, parts, columns, String(rows[0]?.['id']), repeated);
  } catch (error) {
    client.release(true);
    throw postgresError(parts.catalog, error);
  }
}

async function createKeys(client: Client): Promise<void> {
  const { rows } = await client.query("SELECT to_regclass('public.trivium_commits') IS NULL AS missing");
  if (rows[0]?.['missing'] !== true) return;
  // Two that create a table at once would fail each other.
  await client.query(`BEGIN; SELECT pg_advisory_xact_lock(hashtext('trivium_commits')); ${KEYS_DDL}; COMMIT`);
}

/** Returns the rows that the key committed before; null for a new key, which is noted. */
async function takeKey(client: Client, { schema, name }: RelationName, key: string): Promise<number | null> {
  const relation = `${quoteName(schema)}.${quoteName(name)}`;
  const taken = await client.query(
    'INSERT INTO public.trivium_commits (relation, key) VALUES ($1, $2) ON CONFLICT DO NOTHING RETURNING true AS taken',
    [relation, key],
  );
  if (taken.rows.length > 0) return null;
  const { rows } = await client.query('SELECT rows FROM public.trivium_commits WHERE relation = $1 AND key = $2', [relation, key]);
  return Number(rows[0]?.['rows']);
}

async function targetColumns(client: Client, { table, fields }: SinkParts): Promise<readonly TargetColumn[]> {
  const { rows } = await client.query(
    `SELECT a.attname AS name, format_type(coalesce(nullif(t.typbasetype, 0), a.atttypid), NULL) AS type
     FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped`,
    [`${quoteName(table.schema)}.${quoteName(table.name)}`],
  );
  return fields.map(({ name }) => {
    const row = rows.find((candidate) => candidate['name'] === name);
    if (row === undefined) throw new PlatformError('CONNECTOR_FAILED', `${table.schema}.${table.name} has no column ${name} any more.`);
    return { name, type: String(row['type']) };
  });
}

class PostgresSink implements ConnectorSink {
  readonly repeated: number | null;
  readonly #client: Client;
  readonly #parts: SinkParts;
  readonly #columns: readonly TargetColumn[];
  readonly #transactionId: string;
  #open = true;
  /** True while the server waits for the bytes of a copy: the connection is good for nothing else. */
  #copying = false;

  constructor(client: Client, parts: SinkParts, columns: readonly TargetColumn[], transactionId: string, repeated: number | null) {
    this.#client = client;
    this.#parts = parts;
    this.#columns = columns;
    this.#transactionId = transactionId;
    this.repeated = repeated;
  }

  async append(frames: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<number> {
    const { table, key } = this.#parts;
    const names = this.#columns.map(({ name }) => quoteName(name)).join(', ');
    this.#copying = true;
    let rows = 0;
    try {
      const target = `${quoteName(table.schema)}.${quoteName(table.name)}`;
      const copy = await copyIn(this.#client, `COPY ${target} (${names}) FROM STDIN (FORMAT binary)`, signal);
      await copy.write(COPY_HEADER, signal);
      for await (const batch of readBatches(frames)) {
        await copy.write(encodeBatch(batch, this.#columns), signal);
        rows += batch.numRows;
      }
      await copy.write(COPY_TRAILER, signal);
      await copy.end(signal);
      this.#copying = false;
      if (key !== null) {
        await this.#client.query('UPDATE public.trivium_commits SET rows = $1 WHERE relation = $2 AND key = $3', [rows, target, key]);
      }
      return rows;
    } catch (error) {
      signal.throwIfAborted();
      throw postgresError(this.#parts.catalog, error);
    }
  }

  async commit(): Promise<void> {
    try {
      const { command } = await this.#client.query('COMMIT');
      this.#end(false);
      // The server ends a transaction that has failed without an error.
      if (command !== 'COMMIT') throw new PlatformError('CONNECTOR_FAILED', 'PostgreSQL has rolled the transaction back.');
    } catch (error) {
      if (error instanceof PlatformError) throw error;
      this.#end(true);
      // An error of the server is its answer: nothing was committed. Without one the answer was lost.
      if (isAnswer(error)) throw postgresError(this.#parts.catalog, error);
      await this.#findOutcome(error);
    }
  }

  async abort(): Promise<void> {
    if (!this.#open) return;
    if (this.#copying) {
      this.#end(true);
      return;
    }
    await this.#client.query('ROLLBACK').then(
      () => {
        this.#end(false);
      },
      () => {
        this.#end(true);
      },
    );
  }

  #end(destroy: boolean): void {
    if (this.#open) this.#client.release(destroy);
    this.#open = false;
  }

  /** @throws CONNECTOR_FAILED when nothing was committed, STORAGE_OUTCOME_UNKNOWN when the server does not tell in time */
  async #findOutcome(cause: unknown): Promise<void> {
    for (const waitMs of OUTCOME_WAITS_MS) {
      await sleep(waitMs);
      const outcome = await this.#outcome().catch(() => null);
      if (outcome === 'committed') return;
      if (outcome === 'aborted') {
        throw new PlatformError('CONNECTOR_FAILED', 'The connection to PostgreSQL broke, and nothing was inserted.', { cause });
      }
    }
    const { catalog, table } = this.#parts;
    throw new PlatformError('STORAGE_OUTCOME_UNKNOWN', `Whether the rows are in ${catalog}.${table.schema}.${table.name} is not known.`, {
      hint: 'Look whether they are there, or send the statement again with the idempotency key that it had.',
      cause,
    });
  }

  async #outcome(): Promise<unknown> {
    const client = await this.#parts.connect();
    try {
      const { rows } = await client.query('SELECT txid_status($1::bigint) AS status', [this.#transactionId]);
      return rows[0]?.['status'];
    } finally {
      client.release();
    }
  }
}

/** Errors of the server have a code of five letters and digits, those of the connection others. Class 57 is a server that ends the connection. */
function isAnswer(error: unknown): boolean {
  const code = (error as { readonly code?: unknown }).code;
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('57') && !code.startsWith('08');
}

async function* readBatches(frames: AsyncIterable<Uint8Array>): AsyncGenerator<RecordBatch> {
  const iterator = frames[Symbol.asyncIterator]();
  try {
    yield* await RecordBatchReader.from({ [Symbol.asyncIterator]: () => iterator });
  } finally {
    // The reader does not hand on that nobody reads any further.
    await iterator.return?.();
  }
}

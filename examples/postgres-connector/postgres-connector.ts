import type { Client } from 'pg';
import {
  type Connector,
  type ConnectorHost,
  type ConnectorPlan,
  type ConnectorRequest,
  type ConnectorSink,
  type ConnectorTable,
  type Field,
  type JsonData,
  type PlatformError,
  type RelationName,
  type ScanColumn,
} from '../../spi/index.ts';
import { columnType, quoteName, wireType } from './column-types.ts';
import { copyOut } from './copy-out.ts';
import { RowDecoder } from './decode-rows.ts';
import { openPool, type PostgresPool } from './postgres-pool.ts';
import { postgresError } from './postgres-error.ts';
import { beginSink } from './postgres-sink.ts';
import { printCondition } from './print-condition.ts';

/** Pages of a table below which it is read in one piece. */
const SPLIT_PAGES_MIN = 1000;

/** A piece of a table: what is read from where, in which snapshot. */
interface Split {
  readonly snapshot: string;
  readonly from: string;
  readonly where: readonly string[];
  readonly limit: number | null;
}

/** Connects a database. Connections come to be as they are needed. */
export function createPostgresConnector(config: Readonly<Record<string, string | number | boolean>>, host: ConnectorHost): Connector {
  const connections = Number(config['connections']);
  // Plans and sinks hold a connection while others read for them: of one pool they alone could take all.
  const held = Math.floor(connections / 3);
  return new PostgresConnector(
    {
      plans: openPool(config, held, host),
      sinks: openPool(config, held, host),
      reads: openPool(config, connections - 2 * held, host),
    },
    Number(config['splits']),
    host.catalog,
  );
}

/** Connections by what they are for. */
interface Pools {
  readonly plans: PostgresPool;
  readonly sinks: PostgresPool;
  readonly reads: PostgresPool;
}

class PostgresConnector implements Connector {
  readonly #pools: Pools;
  readonly #splits: number;
  readonly #catalog: string;
  /** Connections that hold the snapshots of plans, which are released with them. */
  readonly #holders = new Map<string, Client>();

  constructor(pools: Pools, splits: number, catalog: string) {
    this.#pools = pools;
    this.#splits = splits;
    this.#catalog = catalog;
  }

  schemas(): Promise<readonly string[]> {
    return this.#names(
      "SELECT nspname AS name FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND has_schema_privilege(oid, 'USAGE') ORDER BY 1",
    );
  }

  tables(schema: string): Promise<readonly string[]> {
    const sql = `SELECT relname AS name FROM pg_class WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = $1)
      AND relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY 1`;
    return this.#names(sql, [schema]);
  }

  async describe(table: RelationName): Promise<ConnectorTable | null> {
    const found = await this.#query(
      `SELECT n.nspname AS schema, c.relname AS name, c.oid::text AS oid, c.reltuples AS rows FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE lower(n.nspname) = lower($1) AND lower(c.relname) = lower($2) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
       ORDER BY (n.nspname = $1 AND c.relname = $2) DESC, 1, 2`,
      [table.schema, table.name],
    );
    const [row] = found;
    if (row === undefined) return null;
    const columns = await this.#query(
      `SELECT a.attnum AS id, a.attname AS name, a.attnotnull AS required, format_type(coalesce(nullif(t.typbasetype, 0), a.atttypid),
              CASE WHEN t.typbasetype = 0 THEN a.atttypmod ELSE t.typtypmod END) AS type
       FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum`,
      [row['oid']],
    );
    const fields = columns.flatMap((column): Field[] => {
      const type = columnType(String(column['type']));
      return type === null ? [] : [{ id: Number(column['id']), name: String(column['name']), type, nullable: column['required'] !== true }];
    });
    const rows = Number(row['rows']);
    return { name: { schema: String(row['schema']), name: String(row['name']) }, fields, rows: rows < 0 ? null : rows };
  }

  async plan(request: ConnectorRequest): Promise<ConnectorPlan> {
    const printed = request.filter.map((condition) => printCondition(condition, request.columns));
    const where = printed.flatMap(({ sql }) => (sql === null ? [] : [sql]));
    const limited = request.limit !== null && printed.every(({ handling }) => handling === 'exact');
    const from = `${quoteName(request.table.schema)}.${quoteName(request.table.name)}`;
    const client = await this.#pools.plans.connect();
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const { rows } = await client.query(
        `SELECT pg_export_snapshot() AS snapshot, CASE WHEN relkind = 'r' THEN pg_relation_size(oid) / current_setting('block_size')::int ELSE 0 END AS pages
         FROM pg_class WHERE oid = $1::regclass`,
        [from],
      );
      const snapshot = String(rows[0]?.['snapshot']);
      const pages = Number(rows[0]?.['pages']);
      this.#holders.set(snapshot, client);
      const ranges = limited ? [null] : pageRanges(pages, this.#splits);
      const splits = ranges.map((range): Split => {
        return { snapshot, from, where: range === null ? where : [range, ...where], limit: limited ? request.limit : null };
      });
      return { filter: printed.map(({ handling }) => handling), limited, splits: splits as unknown as readonly JsonData[], rows: null };
    } catch (error) {
      client.release(true);
      throw this.#coded(error);
    }
  }

  async *read(piece: JsonData, columns: readonly ScanColumn[], signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { snapshot, from, where, limit } = piece as unknown as Split;
    const list = columns.map(({ name, type }) => `${quoteName(name)}::${wireType(type) ?? 'text'}`).join(', ');
    const condition = where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`;
    const query = `SELECT ${list} FROM ${from}${condition}${limit === null ? '' : ` LIMIT ${String(limit)}`}`;
    const decoder = new RowDecoder(columns);
    const client = await this.#pools.reads.connect();
    let clean = false;
    try {
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      await client.query(`SET TRANSACTION SNAPSHOT '${snapshot}'`);
      yield decoder.schemaMessage;
      for await (const batch of copyOut(client, `COPY (${query}) TO STDOUT (FORMAT binary)`, decoder)) {
        signal.throwIfAborted();
        yield batch;
      }
      await client.query('COMMIT');
      clean = true;
    } catch (error) {
      throw this.#coded(error);
    } finally {
      // A copy that was left early still runs on its connection.
      client.release(!clean);
    }
  }

  async release({ splits }: ConnectorPlan): Promise<void> {
    const { snapshot } = splits[0] as unknown as Split;
    const client = this.#holders.get(snapshot);
    this.#holders.delete(snapshot);
    if (client === undefined) return;
    await client.query('COMMIT').then(
      () => {
        client.release();
      },
      () => {
        client.release(true);
      },
    );
  }

  sink(table: RelationName, fields: readonly Field[], key: string | null = null): Promise<ConnectorSink> {
    return beginSink({ catalog: this.#catalog, table, fields, key, connect: () => this.#pools.sinks.connect() });
  }

  async health(): Promise<{ readonly ready: boolean; readonly details: Readonly<Record<string, string | number | boolean>> }> {
    try {
      const [row] = await this.#query("SELECT current_setting('server_version') AS version");
      return { ready: true, details: { version: String(row?.['version']) } };
    } catch (error) {
      return { ready: false, details: { error: this.#coded(error).message } };
    }
  }

  drain(): Promise<void> {
    return Promise.resolve();
  }

  async close(): Promise<void> {
    for (const client of this.#holders.values()) client.release(true);
    this.#holders.clear();
    await Promise.all(Object.values<PostgresPool>({ ...this.#pools }).map((pool) => pool.end()));
  }

  async #names(sql: string, values: readonly unknown[] = []): Promise<readonly string[]> {
    return (await this.#query(sql, values)).map(({ name }) => String(name));
  }

  async #query(sql: string, values: readonly unknown[] = []): Promise<readonly Record<string, unknown>[]> {
    const client = await this.#pools.reads.connect();
    try {
      return (await client.query(sql, values)).rows;
    } catch (error) {
      throw this.#coded(error);
    } finally {
      client.release();
    }
  }

  #coded(error: unknown): PlatformError {
    return postgresError(this.#catalog, error);
  }
}

/** Cuts a table into ranges of pages; the last has no end, for rows that are added meanwhile and are in no snapshot. */
function pageRanges(pages: number, splits: number): readonly (string | null)[] {
  const pieces = Math.min(splits, Math.floor(pages / SPLIT_PAGES_MIN));
  if (pieces < 2) return [null];
  const step = Math.ceil(pages / pieces);
  return Array.from({ length: pieces }, (_, index) => {
    const start = `ctid >= '(${String(index * step)},0)'::tid`;
    return index === pieces - 1 ? start : `${start} AND ctid < '(${String((index + 1) * step)},0)'::tid`;
  });
}

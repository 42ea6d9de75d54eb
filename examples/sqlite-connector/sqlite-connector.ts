import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import Database, { type SqliteValue } from 'libsql';
import {
  type Connector,
  type ConnectorPlan,
  type ConnectorRequest,
  type ConnectorTable,
  type DataType,
  type EngineHealth,
  type Field,
  type JsonData,
  PlatformError,
  type RelationName,
  type ScanColumn,
} from '../../spi/index.ts';
import { RowEncoder } from './encode-rows.ts';
import { type BoundValue, type PrintedCondition, printCondition, quoteName } from './print-condition.ts';

/** SQLite runs in the server's thread: it is held for the rows of one step at most. */
const STEP_ROWS = 10_000;

/** The one schema that a file has. */
const SCHEMA = 'main';

/** What `read` needs to know: which transaction, and what is asked. */
interface Split {
  readonly transaction: string;
  readonly table: string;
  readonly where: readonly PrintedCondition[];
  readonly limit: number | null;
  /** False for views and tables without row ids, whose rows come in one go. */
  readonly hasRowIds: boolean;
}

/** Connects a file. Each plan has a connection of its own, whose transaction is the moment that all rows are of. */
export class SqliteConnector implements Connector {
  readonly #file: string;
  readonly #catalog: string;
  readonly #open = new Map<string, Database>();

  constructor(file: string, catalog: string) {
    this.#file = file;
    this.#catalog = catalog;
  }

  schemas(): Promise<readonly string[]> {
    return this.#with((): readonly string[] => [SCHEMA]);
  }

  tables(schema: string): Promise<readonly string[]> {
    if (schema.toLowerCase() !== SCHEMA) return Promise.resolve([]);
    return this.#with((database) => tableRows(database).map(({ name }) => name));
  }

  describe({ schema, name }: RelationName): Promise<ConnectorTable | null> {
    if (schema.toLowerCase() !== SCHEMA) return Promise.resolve(null);
    return this.#with((database) => {
      const table = tableRows(database).find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
      if (table === undefined) return null;
      const rows = database.prepare(`PRAGMA table_xinfo(${quoteName(table.name)})`).all() as readonly ColumnRow[];
      const fields = rows.flatMap((row): Field[] => {
        const type = columnType(row.type);
        // A primary key may hold NULL in SQLite.
        return type === null || row.hidden === 1 ? [] : [{ id: row.cid + 1, name: row.name, type, nullable: row.notnull === 0 }];
      });
      return { name: { schema: SCHEMA, name: table.name }, fields, rows: statisticsOf(database, table.name) };
    });
  }

  async plan(request: ConnectorRequest): Promise<ConnectorPlan> {
    const printed = request.filter.map((condition) => printCondition(condition, request.columns));
    const where = printed.filter((condition) => condition !== null);
    const limited = request.limit !== null && where.length === printed.length;
    const { name } = request.table;
    const database = this.#connect();
    try {
      database.exec('BEGIN');
      // The first statement that reads begins what the transaction sees.
      const table = tableRows(database).find((candidate) => candidate.name === name);
      const columns = database.prepare(`PRAGMA table_xinfo(${quoteName(name)})`).all() as readonly ColumnRow[];
      const hasRowIds = table?.type === 'table' && table.wr === 0 && !columns.some((column) => /^(rowid|oid|_rowid_)$/i.test(column.name));
      const transaction = randomUUID();
      this.#open.set(transaction, database);
      const split: Split = { transaction, table: name, where, limit: limited ? request.limit : null, hasRowIds };
      const filter = printed.map((condition) => (condition === null ? 'unsupported' : 'exact'));
      return { filter, limited, splits: [split as unknown as JsonData], rows: null };
    } catch (error) {
      database.close();
      throw this.#coded(error);
    }
  }

  async *read(piece: JsonData, columns: readonly ScanColumn[], signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const split = piece as unknown as Split;
    const database = this.#open.get(split.transaction);
    if (database === undefined) throw new PlatformError('CONNECTOR_FAILED', 'The plan of this read was released.');
    const encoder = new RowEncoder(columns);
    signal.throwIfAborted();
    yield encoder.schemaMessage;
    try {
      for (const rows of readSteps(database, split, columns)) {
        if (rows.length > 0) yield encoder.batchMessage(rows);
        // Others of the server come to their turn, and so does whoever cancels.
        await setImmediate();
        signal.throwIfAborted();
      }
    } catch (error) {
      signal.throwIfAborted();
      throw this.#coded(error);
    }
  }

  release({ splits }: ConnectorPlan): Promise<void> {
    const { transaction } = splits[0] as unknown as Split;
    this.#open.get(transaction)?.close();
    this.#open.delete(transaction);
    return Promise.resolve();
  }

  async health(): Promise<EngineHealth> {
    try {
      return await this.#with((database) => {
        const [row] = database.prepare('SELECT sqlite_version() AS version').all() as readonly { readonly version: string }[];
        return { ready: true, details: { version: row?.version ?? '' } };
      });
    } catch (error) {
      return { ready: false, details: { error: this.#coded(error).message } };
    }
  }

  drain(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    for (const database of this.#open.values()) database.close();
    this.#open.clear();
    return Promise.resolve();
  }

  #connect(): Database {
    try {
      return new Database(this.#file, { readonly: true, fileMustExist: true });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new PlatformError('CONNECTOR_UNAVAILABLE', `The SQLite file of the catalog '${this.#catalog}' cannot be opened: ${reason}`, {
        cause: error,
      });
    }
  }

  async #with<Result>(ask: (database: Database) => Result): Promise<Result> {
    const database = this.#connect();
    try {
      return ask(database);
    } catch (error) {
      throw this.#coded(error);
    } finally {
      database.close();
    }
  }

  #coded(error: unknown): PlatformError {
    if (error instanceof PlatformError) return error;
    const reason = error instanceof Error ? error.message : String(error);
    return new PlatformError('CONNECTOR_FAILED', `SQLite (catalog '${this.#catalog}') says: ${reason}`, { cause: error });
  }
}

interface TableRow {
  readonly name: string;
  readonly type: string;
  readonly schema: string;
  /** 1 for a table without row ids. */
  readonly wr: number;
}

interface ColumnRow {
  readonly cid: number;
  readonly name: string;
  readonly type: string;
  readonly notnull: number;
  /** 1 for a column of a virtual table that `*` leaves out. */
  readonly hidden: number;
}

function tableRows(database: Database): readonly TableRow[] {
  const rows = database.prepare('PRAGMA table_list').all() as readonly TableRow[];
  return rows.filter(({ schema, name, type }) => schema === SCHEMA && !name.startsWith('sqlite_') && type !== 'shadow');
}

/** What ANALYZE has counted; null without it. */
function statisticsOf(database: Database, table: string): number | null {
  const known = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'").all();
  if (known.length === 0) return null;
  const [row] = database.prepare('SELECT stat FROM sqlite_stat1 WHERE tbl = ? LIMIT 1').all(table) as readonly { readonly stat: string }[];
  return row === undefined ? null : Number(row.stat.split(' ')[0]);
}

/** Returns the type of the values that a column is meant to hold; null for dates and numbers of any size, which SQLite has no type for. */
function columnType(declared: string): DataType | null {
  const name = declared
    .toLowerCase()
    .replace(/\(.*\)/, '')
    .trim();
  if (/^(big|small|tiny|medium)?int(eger)?$/.test(name)) return { kind: 'bigint' };
  if (/^(real|float|double( precision)?)$/.test(name)) return { kind: 'double' };
  if (/^(text|clob|(n|var|nvar)?char(acter)?( varying)?)$/.test(name)) return { kind: 'varchar' };
  if (name === 'blob') return { kind: 'varbinary' };
  return name === 'boolean' ? { kind: 'boolean' } : null;
}

type Rows = readonly (readonly SqliteValue[])[];

/** Reads a table by its row ids, some thousand at a time, so that no step takes long however few rows the condition keeps. */
function* readSteps(database: Database, { table, where, limit, hasRowIds }: Split, columns: readonly ScanColumn[]): Generator<Rows> {
  const list = columns.map(({ name }) => quoteName(name)).join(', ');
  const values = where.flatMap((condition) => condition.values.map(valueOf));
  const conditions = where.map(({ sql }) => sql);
  let left = limit ?? Infinity;
  const select = (more: readonly string[]): ReturnType<Database['prepare']> => {
    const all = [...conditions, ...more];
    const text = `SELECT ${list} FROM ${quoteName(table)}${all.length === 0 ? '' : ` WHERE ${all.join(' AND ')}`}`;
    return database
      .prepare(limit === null ? text : `${text} LIMIT ${String(left)}`)
      .safeIntegers(true)
      .raw(true);
  };
  if (!hasRowIds) {
    yield* chunks(select([]).iterate(...values) as IterableIterator<readonly SqliteValue[]>);
    return;
  }
  let above = '>=';
  let from = -(2n ** 63n);
  while (left > 0) {
    const step = `SELECT rowid AS id FROM ${quoteName(table)} WHERE rowid ${above} ? ORDER BY rowid LIMIT ${String(STEP_ROWS)}`;
    const [[to = null] = []] = database.prepare(`SELECT max(id) FROM (${step})`).safeIntegers(true).raw(true).all(from) as Rows;
    if (typeof to !== 'bigint') return;
    const rows = select([`rowid ${above} ?`, 'rowid <= ?']).all(...values, from, to) as Rows;
    left -= rows.length;
    from = to;
    above = '>';
    yield rows;
  }
}

function* chunks(rows: Iterable<readonly SqliteValue[]>): Generator<Rows> {
  let chunk: (readonly SqliteValue[])[] = [];
  for (const row of rows) {
    chunk.push(row);
    if (chunk.length < STEP_ROWS) continue;
    yield chunk;
    chunk = [];
  }
  yield chunk;
}

function valueOf({ kind, text }: BoundValue): SqliteValue {
  if (kind === 'text') return text;
  return kind === 'integer' ? BigInt(text) : Number(text);
}

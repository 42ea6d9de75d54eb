import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { RecordBatchReader } from 'apache-arrow';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DUCKDB_CAPABILITIES } from '../../../engines/duckdb/duckdb-capabilities.ts';
import olap from '../../../engines/olap/index.ts';
import stream from '../../../engines/stream/index.ts';
import { encodeResultSchema } from '../../../engines/stream/changelog/encode-batch.ts';
import { openDatabase } from '../../../runtime/duckdb/index.ts';
import {
  type BoundQuery,
  checkCapabilities,
  type Engine,
  type EngineHost,
  type Field,
  type ParquetSplit,
  PlatformError,
  type ScanColumn,
  type TableSource,
} from '../../../spi/index.ts';
import { runInProcess } from '../../property/batch-in-process.ts';
import { randomRows, type Random, TABLE_COLUMNS, tableSql } from '../../property/stream-tables.ts';
import { createSilentLog } from '../../support/silent-log.ts';
import { type Answer, readReference } from '../corpora/duckdb-answers.ts';
import { readAnswer } from '../corpora/engine-answers.ts';
import { parquetCatalog } from '../corpora/parquet-catalog.ts';
import { TABLE_NAMES } from './random-queries.ts';

/** Units: milliseconds that one query may take. */
const TIMEOUT_MS = 60_000;

/** Why there is no answer: an engine's refusal before it starts, or the code of what went wrong. */
export interface NoAnswer {
  readonly refused: boolean;
  readonly code: string;
  readonly message: string;
}

/** One of those that are compared. */
export interface Contestant {
  readonly name: string;
  answer(query: BoundQuery): Promise<Answer | NoAnswer>;
}

/** All engines and DuckDB over the same random tables. */
export interface Arena {
  readonly engines: readonly Contestant[];
  readonly catalog: ReturnType<typeof parquetCatalog>;
  /** Runs a text on DuckDB itself. */
  reference(sql: string): Promise<(Answer & { readonly types: readonly string[] }) | NoAnswer>;
  /** Whether batches are cut into tasks of a few rows each, or only where the plan asks for it, which is ten times as fast. */
  cutFinely(fine: boolean): void;
  /** Puts new rows into all tables. */
  load(random: Random, rows: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens the arena; processes come up when they are needed. */
export async function openArena(): Promise<Arena> {
  const directory = mkdtempSync(join(tmpdir(), 'trivium-sql-properties-'));
  const data = join(directory, 'data');
  mkdirSync(data);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'; SET threads = 1");
  const files = new TableFiles(connection, data);
  const host = (name: string): EngineHost => ({
    tables: files.source(),
    log: createSilentLog(),
    spoolDirectory: join(directory, name),
    dataDirectory: data,
  });
  const [olapEngine, streamEngine] = [
    await olap.create({ spares: 1, processesMax: 2 }, host('olap')),
    await stream.create({ spares: 1, processesMax: 2 }, host('stream')),
  ];
  const batchTasks = new BatchTasks(host('batch'), join(directory, 'batch'));
  const fields = TABLE_COLUMNS.map(([name, type], index): Field => ({ id: index + 1, name, type, nullable: true }));
  return {
    engines: [
      { name: 'olap', answer: (query) => answerOf(query, olapEngine) },
      { name: 'batch', answer: (query) => answerOf(query, batchTasks) },
      { name: 'stream', answer: (query) => answerOf(query, streamEngine) },
    ],
    catalog: parquetCatalog(new Map(TABLE_NAMES.map((name) => [name, fields]))),
    reference: (sql) =>
      readReference(connection, sql).catch((error: unknown) => ({ refused: false, code: 'reference', message: String(error) })),
    cutFinely: (fine) => {
      batchTasks.fine = fine;
    },
    load: (random, rows) => files.load(random, rows),
    close: async () => {
      await Promise.all([olapEngine.close(), streamEngine.close(), batchTasks.close(), files.close()]);
      connection.closeSync();
      instance.closeSync();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The tables, each in several Parquet files. */
class TableFiles {
  readonly #connection: DuckDBConnection;
  readonly #directory: string;
  readonly #reader = openDatabase({ config: { threads: '1' } });
  readonly #splits = new Map<string, readonly ParquetSplit[]>();
  readonly #frames = new Map<string, readonly Uint8Array[]>();
  #loads = 0;

  constructor(connection: DuckDBConnection, directory: string) {
    this.#connection = connection;
    this.#directory = directory;
  }

  async load(random: Random, rows: number): Promise<void> {
    this.#loads += 1;
    this.#frames.clear();
    for (const table of TABLE_NAMES) {
      for (const sql of tableSql(table, randomRows(random, Math.floor(random() * rows), false))) await this.#connection.run(sql);
      const parts = 1 + Math.floor(random() * 3);
      this.#splits.set(table, await Promise.all(Array.from({ length: parts }, (_, part) => this.#write(table, part, parts))));
    }
  }

  source(): TableSource {
    return {
      plan: ({ table, filter }) => {
        const splits = this.#splits.get(table.name) ?? [];
        const sum = (size: (split: ParquetSplit) => number): number => splits.reduce((total, split) => total + size(split), 0);
        const rows = sum((split) => split.rows);
        return Promise.resolve({
          splits,
          residual: filter,
          rows,
          bytes: sum((split) => split.bytes),
          filesTotal: splits.length,
          filesSkipped: 0,
        });
      },
      read: (split, columns) => this.#read(split, columns),
    };
  }

  close(): Promise<void> {
    return this.#reader.close();
  }

  async *#read(split: ParquetSplit, columns: readonly ScanColumn[]): AsyncGenerator<Uint8Array> {
    const items = columns.map((column) => `"${column.name}"`).join(', ');
    const key = `${split.uri} ${items}`;
    const known = this.#frames.get(key) ?? (await this.#decode(split, items === '' ? '1' : items));
    this.#frames.set(key, known);
    // Who takes a frame may hand its memory on to a process.
    for (const frame of known) yield frame.slice();
  }

  async #decode(split: ParquetSplit, items: string): Promise<readonly Uint8Array[]> {
    const connection = this.#reader.connect();
    const stream = await connection.stream(`SELECT ${items} FROM read_parquet('${fileURLToPath(split.uri)}')`);
    const frames = [stream.schema().slice()];
    for (let frame = await stream.next(); frame !== null; frame = await stream.next()) frames.push(frame.slice());
    await stream.close();
    await connection.close();
    return frames;
  }

  async #write(table: string, part: number, parts: number): Promise<ParquetSplit> {
    const path = join(this.#directory, `${table}-${String(this.#loads)}-${String(part)}.parquet`);
    const written = await this.#connection.runAndReadAll(
      `COPY (FROM ${table} WHERE rowid % ${String(parts)} = ${String(part)}) TO '${path}' (FORMAT parquet)`,
    );
    const rows = Number(written.getRows()[0]?.[0] ?? 0);
    return {
      kind: 'parquet',
      uri: pathToFileURL(path).href,
      rows,
      bytes: statSync(path).size,
      matchesSchema: true,
      partition: {},
      deletes: [],
    };
  }
}

/** The part of an engine that runs queries. */
type Runner = Pick<Engine, 'estimate' | 'prepare'>;

/** Cuts queries into stages and tasks as the batch engine does, and runs the tasks one after the other in this process: a process for each
 *  would take a hundred times as long. */
class BatchTasks implements Runner {
  fine = true;
  readonly #host: EngineHost;
  readonly #directory: string;
  readonly #database = openDatabase({ config: { threads: '1' } });
  readonly #connection = this.#database.connect();
  #runs = 0;

  constructor(host: EngineHost, directory: string) {
    this.#host = host;
    this.#directory = directory;
  }

  estimate(query: BoundQuery): ReturnType<Engine['estimate']> {
    const refusal = checkCapabilities(query, 'query', DUCKDB_CAPABILITIES);
    return Promise.resolve(refusal ?? { kind: 'estimate', rows: 0, cpuMs: 0, startupMs: 0, confidence: 0 });
  }

  prepare(query: BoundQuery): ReturnType<Engine['prepare']> {
    return Promise.resolve({
      columns: query.plan.output,
      execute: () => ({ frames: this.#frames(query) }),
      close: () => Promise.resolve(),
    });
  }

  close(): Promise<void> {
    return this.#database.close();
  }

  async *#frames({ plan }: BoundQuery): AsyncGenerator<Uint8Array> {
    this.#runs += 1;
    const divided = this.fine && this.#runs % 2 === 0;
    const settings = { taskBytesTarget: this.fine ? 1000 : 1e9, broadcastBytesMax: divided ? 0 : 1e9, executors: 2 };
    yield* await runInProcess(this.#connection, this.#host, plan, settings, join(this.#directory, String(this.#runs)));
  }
}

async function answerOf(query: BoundQuery, engine: Runner): Promise<Answer | NoAnswer> {
  let started = false;
  try {
    const estimate = await engine.estimate(query);
    if (estimate.kind === 'refusal') return { refused: true, code: estimate.code, message: estimate.reason };
    const prepared = await engine.prepare(query);
    started = true;
    const signal = new AbortController().signal;
    const received: Uint8Array[] = [];
    const run = { queryId: 'properties', parameters: [], signal, deadlineAtMs: Date.now() + TIMEOUT_MS };
    for await (const frame of prepared.execute(run).frames) received.push(frame);
    await prepared.close();
    const wrongType = typeDifference(received, query);
    return wrongType === null ? readAnswer(received) : { refused: false, code: 'type', message: wrongType };
  } catch (error) {
    const { code, message } = PlatformError.from(error, 'INTERNAL_UNAVAILABLE');
    return { refused: !started && code === 'ENGINE_UNSUPPORTED', code, message };
  }
}

/** Returns how the types of a result differ from those of the plan, or null. */
function typeDifference(frames: readonly Uint8Array[], { plan }: BoundQuery): string | null {
  const types = (of: readonly Uint8Array[]): string =>
    RecordBatchReader.from([...of])
      .open()
      .schema.fields.map((field) => String(field.type))
      .join(', ');
  const expected = types([encodeResultSchema(plan.output)]);
  const found = types(frames);
  return expected === found ? null : `types ${found} in place of ${expected}`;
}

import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readRows } from '../../runtime/arrow/index.ts';
import { type Connection, openDatabase } from '../../runtime/duckdb/index.ts';
import type { CutSettings } from '../../engines/batch/stage/planner.ts';
import { resultSchema } from '../../engines/duckdb/result-schema.ts';
import { type Engine, type EngineHost, type LogicalPlan, type ParquetSplit, PlatformError } from '../../spi/index.ts';
import { type Kernel, runInProcess } from './batch-in-process.ts';
import { bound } from '../support/parquet-tables.ts';
import { printForTest } from '../support/print-and-run.ts';
import { collectFrames, runOptions } from '../support/result-rows.ts';
import { type Random, TABLE_COLUMNS, tableSql, type TextRow } from './stream-tables.ts';

/** Rows as text with how often each occurs, or the code of what went wrong. */
export type Answer = ReadonlyMap<string, number> | string;

/** The rows of the test tables. */
export type Tables = Readonly<Record<'t' | 'u', readonly TextRow[]>>;

/** Sums that leave their type have another code when their parts are merged. */
const OUT_OF_RANGE: ReadonlySet<string> = new Set(['SQL_OVERFLOW', 'SQL_INVALID_VALUE']);

/** Tables in Parquet files, and DuckDB over the same rows. */
export interface BatchFixture {
  readonly host: EngineHost;
  /** Puts the rows into several files of both kinds: columns found by name, or by field id. */
  load(tables: Tables, random: Random): Promise<void>;
  expected(plan: LogicalPlan): Promise<Answer>;
  /** Runs the tasks in this process. */
  answer(plan: LogicalPlan, settings: CutSettings, faults?: Partial<Kernel>): Promise<Answer>;
  close(): Promise<void>;
}

/** Opens the fixture in a new temporary directory. */
export function openBatchFixture(): BatchFixture {
  const directory = mkdtempSync(join(tmpdir(), 'trivium-batch-'));
  const data = join(directory, 'data');
  mkdirSync(data);
  const database = openDatabase({ config: { threads: '1' } });
  const connection = database.connect();
  const splits = new Map<string, readonly ParquetSplit[]>();
  let loads = 0;
  let runs = 0;
  const silent = (): void => undefined;
  const host: EngineHost = {
    tables: {
      plan: (request) => {
        const files = splits.get(request.table.name) ?? [];
        const sum = (size: (file: ParquetSplit) => number): number => files.reduce((total, file) => total + size(file), 0);
        return Promise.resolve({
          splits: files,
          residual: request.filter,
          rows: sum((file) => file.rows),
          bytes: sum((file) => file.bytes),
          filesTotal: files.length,
          filesSkipped: 0,
        });
      },
      read: () => {
        throw new PlatformError('ENGINE_UNSUPPORTED', 'the engine reads Parquet itself');
      },
    },
    log: { debug: silent, info: silent, warn: silent, error: silent },
    spoolDirectory: join(directory, 'spool'),
    dataDirectory: data,
  };
  return {
    host,
    load: async (tables, random) => {
      loads += 1;
      for (const name of ['t', 'u'] as const) {
        for (const sql of tableSql(name, tables[name])) await connection.execute(sql);
        splits.set(name, await writeFiles(connection, name, join(data, `${name}-${String(loads)}`), random));
      }
    },
    expected: (plan) =>
      answerOf(async () => {
        const stream = await connection.stream(printForTest(plan));
        const frames = [resultSchema(plan)];
        for (let frame = await stream.next(); frame !== null; frame = await stream.next()) frames.push(frame);
        await stream.close();
        return frames;
      }),
    answer: (plan, settings, faults) => {
      runs += 1;
      return answerOf(() => runInProcess(connection, host, plan, settings, join(directory, `run-${String(runs)}`), faults));
    },
    close: async () => {
      await database.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Returns an engine's answer. */
export function engineAnswer(engine: Engine, plan: LogicalPlan): Promise<Answer> {
  return answerOf(async () => collectFrames((await engine.prepare(bound(plan))).execute(runOptions())));
}

async function writeFiles(connection: Connection, name: string, prefix: string, random: Random): Promise<readonly ParquetSplit[]> {
  const count = 1 + Math.floor(random() * 3);
  const matchesSchema = random() < 0.7;
  const ids = TABLE_COLUMNS.map(([column], index) => `"${column}": ${String(index + 1)}`).join(', ');
  const files: ParquetSplit[] = [];
  for (let part = 0; part < count; part += 1) {
    const path = `${prefix}-${String(part)}.parquet`;
    const select = `SELECT * FROM ${name} WHERE rowid % ${String(count)} = ${String(part)}`;
    const [row] = await connection.queryRows(`COPY (${select}) TO '${path}' (FORMAT parquet, FIELD_IDS {${ids}})`);
    const { size } = statSync(path);
    files.push({
      kind: 'parquet',
      uri: pathToFileURL(path).href,
      rows: Number(row?.['Count']),
      bytes: size,
      matchesSchema,
      partition: {},
      deletes: [],
    });
  }
  return files;
}

async function answerOf(frames: () => Promise<readonly Uint8Array[]>): Promise<Answer> {
  try {
    const answer = new Map<string, number>();
    for (const text of rowTexts(await frames())) answer.set(text, (answer.get(text) ?? 0) + 1);
    return answer;
  } catch (error) {
    if (error instanceof PlatformError && OUT_OF_RANGE.has(error.code)) return 'out of range';
    throw error;
  }
}

/** Doubles are compared to twelve digits: sums come in another order. */
function rowTexts(frames: readonly Uint8Array[]): readonly string[] {
  const text = (value: unknown): string => (typeof value === 'number' ? String(Number((value + 0).toPrecision(12)) + 0) : String(value));
  return readRows(frames).map((row) => Object.values(row).map(text).join('|'));
}

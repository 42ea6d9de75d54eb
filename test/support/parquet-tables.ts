import { statSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import {
  type BoundQuery,
  type EngineHost,
  type LogicalPlan,
  type ParquetSplit,
  PlatformError,
  type ScanRequest,
  type TableSource,
} from '../../spi/index.ts';
import { openDatabase } from '../../runtime/duckdb/index.ts';

/** A warehouse of Parquet files in a temporary folder, with the host that an engine needs. */
export interface ParquetTables {
  readonly host: EngineHost;
  readonly directory: string;
  /** Lines that the engine logged. */
  readonly logged: string[];
  /** Writes a query's rows as one more file of a table; `matchesSchema` false makes engines find the columns by field id. */
  add(table: string, selectSql: string, options?: { readonly fieldIds?: string; readonly matchesSchema?: boolean }): Promise<void>;
  close(): Promise<void>;
}

/** Makes an empty warehouse. */
export async function createParquetTables(): Promise<ParquetTables> {
  const directory = await mkdtemp(join(tmpdir(), 'trivium-tables-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const splits = new Map<string, ParquetSplit[]>();
  const logged: string[] = [];
  const log = (fields: Readonly<Record<string, unknown>>, message: string): void => {
    logged.push(`${message} ${JSON.stringify(fields)}`);
  };
  return {
    directory,
    logged,
    host: {
      tables: tableSource(splits),
      log: { debug: log, info: log, warn: log, error: log },
      spoolDirectory: join(directory, 'spool'),
      dataDirectory: join(directory, 'data'),
    },
    async add(table, selectSql, options = {}) {
      const files = splits.get(table) ?? [];
      splits.set(table, files);
      const folder = join(directory, 'data', table);
      const path = join(folder, `part-${String(files.length)}.parquet`);
      await mkdir(folder, { recursive: true });
      const ids = options.fieldIds === undefined ? '' : `, FIELD_IDS {${options.fieldIds}}`;
      const reader = await connection.runAndReadAll(`COPY (${selectSql}) TO '${path}' (FORMAT parquet, COMPRESSION zstd${ids})`);
      files.push({
        kind: 'parquet',
        uri: pathToFileURL(path).href,
        rows: Number(reader.getRows()[0]?.[0] ?? 0),
        bytes: statSync(path).size,
        matchesSchema: options.matchesSchema ?? true,
        partition: {},
        deletes: [],
      });
    },
    async close() {
      connection.closeSync();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function tableSource(splits: ReadonlyMap<string, readonly ParquetSplit[]>): TableSource {
  return {
    plan(request: ScanRequest) {
      const files = splits.get(request.table.name);
      if (files === undefined) return Promise.reject(new PlatformError('CATALOG_UNKNOWN_TABLE', `no table ${request.table.name}`));
      return Promise.resolve({
        splits: request.snapshotId === null ? [] : files,
        residual: request.filter,
        rows: files.reduce((sum, file) => sum + file.rows, 0),
        bytes: files.reduce((sum, file) => sum + file.bytes, 0),
        filesTotal: files.length,
        filesSkipped: 0,
      });
    },
    async *read(split, columns, signal) {
      const items = columns.map((column) => `"${column.name}"`).join(', ');
      const database = openDatabase();
      try {
        const stream = await database
          .connect()
          .stream(`SELECT ${items === '' ? '1' : items} FROM read_parquet('${fileURLToPath(split.uri)}')`);
        yield stream.schema();
        for (let frame = await stream.next(); frame !== null; frame = await stream.next()) {
          signal?.throwIfAborted();
          yield frame;
        }
      } finally {
        await database.close();
      }
    },
  };
}

/** Returns a plan as engines get it. */
export function bound(plan: LogicalPlan, parameters: BoundQuery['parameters'] = []): BoundQuery {
  return {
    plan,
    parameters,
    snapshots: [],
    principal: { user: 'test' },
    session: { timeZone: 'UTC', startedAtUs: '1700000000000000' },
    fingerprint: 'test',
    deterministic: true,
  };
}

import {
  type DuckDBConnection,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBTimestampValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from '@duckdb/node-api';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type DataType, type Field, PlatformError } from '../../../spi/index.ts';

/** A cell that can be compared: text is exact, a number is approximate. */
export type Cell = string | number | null;

/** The rows of a statement in their order. */
export interface Answer {
  readonly columns: number;
  readonly rows: readonly (readonly Cell[])[];
}

/** DuckDB over a folder with one Parquet file a table. */
export interface ParquetDatabase {
  /** Field ids count from 1 in the order of the file. */
  readonly tables: ReadonlyMap<string, readonly Field[]>;
  answer(sql: string): Promise<Answer>;
  close(): void;
}

/** Opens DuckDB with each file's rows as a table of the file's name, held in memory. */
export async function openParquetDatabase(folder: string): Promise<ParquetDatabase> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  const tables = new Map<string, Field[]>();
  for (const file of readdirSync(folder).sort()) {
    const table = basename(file, '.parquet');
    await connection.run(`CREATE TABLE "${table}" AS FROM read_parquet('${join(folder, file).replaceAll("'", "''")}')`);
    const described = await connection.runAndReadAll(`FROM "${table}" LIMIT 0`);
    tables.set(
      table,
      described.columnNames().map((name, index) => ({ id: index + 1, name, type: dataType(described.columnType(index)), nullable: true })),
    );
  }
  return {
    tables,
    answer: (sql) => readReference(connection, sql),
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** Runs a statement on DuckDB; types are told by DuckDB's names. */
export async function readReference(connection: DuckDBConnection, sql: string): Promise<Answer & { readonly types: readonly string[] }> {
  const reader = await connection.runAndReadAll(sql);
  const approximate = reader.columnTypes().map(({ typeId }) => typeId === DuckDBTypeId.DOUBLE || typeId === DuckDBTypeId.FLOAT);
  return {
    columns: reader.columnCount,
    types: reader.columnTypes().map(String),
    rows: reader.getRows().map((row) => row.map((value, column) => cell(value, approximate[column] ?? false))),
  };
}

/** Numbers of all exact types are written alike: without trailing zeros of the scale. */
function cell(value: DuckDBValue, approximate: boolean): Cell {
  if (value === null) return null;
  if (approximate) return Number(value);
  const text = value instanceof DuckDBTimestampValue ? String(value).replace(' ', 'T') : String(value);
  return value instanceof DuckDBDecimalValue && text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

const PRIMITIVES: Partial<Record<DuckDBTypeId, DataType>> = {
  [DuckDBTypeId.BOOLEAN]: { kind: 'boolean' },
  [DuckDBTypeId.INTEGER]: { kind: 'integer' },
  [DuckDBTypeId.BIGINT]: { kind: 'bigint' },
  [DuckDBTypeId.DOUBLE]: { kind: 'double' },
  [DuckDBTypeId.DATE]: { kind: 'date' },
  [DuckDBTypeId.TIME]: { kind: 'time' },
  [DuckDBTypeId.TIMESTAMP]: { kind: 'timestamp' },
  [DuckDBTypeId.VARCHAR]: { kind: 'varchar' },
};

function dataType(type: DuckDBType): DataType {
  if (type.typeId === DuckDBTypeId.DECIMAL) return { kind: 'decimal', precision: type.width, scale: type.scale };
  const primitive = PRIMITIVES[type.typeId];
  if (primitive === undefined)
    throw new PlatformError(
      'STORAGE_UNSUPPORTED',
      `The generated tables hold a column of the type ${String(type)}, which the proof does not know.`,
    );
  return primitive;
}

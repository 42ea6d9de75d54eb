import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { ResultText } from './compare-result.ts';
import { escapeControls } from './format-value.ts';

/** DuckDB by itself, which runs the text of records and prints values in its own way: none of our code has a part in its answers. */
export interface BareDuckdb {
  /** @throws DuckDB's error */
  query(sql: string): Promise<ResultText>;
  /** Returns the number of rows changed. @throws DuckDB's error */
  execute(sql: string): Promise<number>;
  close(): void;
}

/** Opens an empty database in memory, time zone UTC. */
export async function openBareDuckdb(): Promise<BareDuckdb> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'");
  return {
    query: (sql) => query(connection, sql),
    execute: async (sql) => (await connection.run(sql)).rowsChanged,
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function query(connection: DuckDBConnection, sql: string): Promise<ResultText> {
  const prepared = await connection.prepare(sql);
  const types = Array.from({ length: prepared.columnCount }, (_, column) => String(prepared.columnType(column)));
  prepared.destroySync();
  const names = types.map((_, column) => `c${String(column)}`);
  // Instants are printed in UTC whatever the zone of the session.
  const texts = names.map((name, column) =>
    types[column] === 'TIMESTAMP WITH TIME ZONE' ? `CAST(${name} AT TIME ZONE 'UTC' AS VARCHAR) || '+00'` : `CAST(${name} AS VARCHAR)`,
  );
  const printed = await connection.runAndReadAll(`SELECT ${texts.join(', ')} FROM (${sql}\n) AS answer(${names.join(', ')})`);
  const rows = printed.getRows().map((row) => row.map((text) => showText(text as string | null)));
  return { rows, types: types.map((type) => ({ letter: null, floating: type === 'DOUBLE' || type === 'FLOAT' })) };
}

function showText(value: string | null): string {
  if (value === null) return 'NULL';
  return value === '' ? '(empty)' : escapeControls(value);
}

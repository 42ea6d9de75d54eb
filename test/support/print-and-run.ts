import { type DuckDBConnection, DuckDBInstance, type Json } from '@duckdb/node-api';
import type { LogicalPlan, ScanNode } from '../../spi/index.ts';
import { printDuckdb } from '../../sql/print/index.ts';

let connection: Promise<DuckDBConnection> | null = null;

/** Returns the connection to the in-memory database of this test file. */
export function testConnection(): Promise<DuckDBConnection> {
  connection ??= open();
  return connection;
}

/** Prints a plan in the way of the engine, with tables of the test database in place of files. */
export function printForTest(plan: LogicalPlan, timeZone = 'UTC'): string {
  const scan = (node: ScanNode): string =>
    `(SELECT ${node.columns.map((column) => `"${column.name}" AS c${String(column.id)}`).join(', ')} FROM ${node.table.name}) AS t${String(node.columns[0]?.id ?? 0)}`;
  return printDuckdb(plan, { scan, session: { timeZone, startedAtUs: '1700000000123456' } }).sql;
}

/** Returns the rows of a plan, 64-bit integers and wider as text. */
export async function runPlan(plan: LogicalPlan, timeZone = 'UTC'): Promise<readonly (readonly Json[])[]> {
  return runSql(printForTest(plan, timeZone));
}

/** Returns the rows of a statement. */
export async function runSql(sql: string): Promise<readonly (readonly Json[])[]> {
  const reader = await (await testConnection()).runAndReadAll(sql);
  return reader.getRowsJson();
}

/** Returns DuckDB's names of the types of a plan's result. */
export async function resultTypes(plan: LogicalPlan): Promise<readonly string[]> {
  const reader = await (await testConnection()).runAndReadAll(printForTest(plan));
  return reader.columnTypes().map(String);
}

async function open(): Promise<DuckDBConnection> {
  const instance = await DuckDBInstance.create(':memory:');
  const opened = await instance.connect();
  await opened.run("SET TimeZone = 'UTC'");
  return opened;
}

import { expect } from 'vitest';
import type { ServerProcess } from './server-process.ts';

/** Rows of an answer in JSON. */
export type AnswerRows = readonly (readonly unknown[])[];

/** Runs a statement that must succeed and returns its rows. */
export async function askRows(server: Pick<ServerProcess, 'sql'>, sql: string): Promise<AnswerRows> {
  const response = await server.sql(sql);
  const text = await response.text();
  expect(response.status, `${sql}: ${text}`).toBe(200);
  return (JSON.parse(text) as { readonly data: AnswerRows }).data;
}

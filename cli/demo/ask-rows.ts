import { text } from 'node:stream/consumers';
import { sendStatement, type ServerAddress } from '../../client/index.ts';

/** A small answer, read whole. */
export interface SmallAnswer {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly engine: string | null;
  readonly snapshots: string | null;
  /** The answer as the server sent it, one JSON object a line. */
  readonly lines: string;
}

/** What is computed must not come from a store of results or of views. */
const COMPUTED = { resultCache: 'off', freshViews: 'off' };

/** Runs a statement and reads its rows, one record each; numbers of 64 bits may have lost digits. */
export async function askRows(server: ServerAddress, sql: string): Promise<SmallAnswer> {
  const { body, engine, snapshots } = await sendStatement(server, { sql, session: COMPUTED, format: 'ndjson' });
  const lines = await text(body);
  const rows = lines.split('\n').filter(Boolean);
  return { rows: rows.map((line) => JSON.parse(line) as Record<string, unknown>), engine, snapshots, lines };
}

import { type Table, tableToIPC } from 'apache-arrow';
import { callServer } from './call-server.ts';
import type { ServerAddress } from './server-address.ts';

/** Rows to append: objects by column name, an Arrow table, or the bytes of a file. */
export type RowsInput =
  | readonly Readonly<Record<string, unknown>>[]
  | Table
  | { readonly format: 'ndjson' | 'csv' | 'arrow' | 'parquet'; readonly bytes: Uint8Array<ArrayBuffer> };

/** What may be said beside the rows. */
export interface AppendOptions {
  /** The same key with the same rows is committed once, by whatever process. A random key when left out. */
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
}

/** What a server answers when the rows are durable. */
export interface Appended {
  readonly rows: number;
  readonly snapshotId: string;
  /** True when the rows had been taken before under the same key. */
  readonly repeated: boolean;
}

const MEDIA_TYPES = {
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  arrow: 'application/vnd.apache.arrow.stream',
  parquet: 'application/vnd.apache.parquet',
} as const;

/** Appends rows to a table `schema.name` (or a name in the schema `main`), all in one commit, and returns when they are durable.
 *  @throws PlatformError with the server's code */
export async function appendRows(server: ServerAddress, table: string, rows: RowsInput, options: AppendOptions = {}): Promise<Appended> {
  const { format, bytes } = encode(rows);
  const dot = table.indexOf('.');
  const [schema, name] = dot === -1 ? ['main', table] : [table.slice(0, dot), table.slice(dot + 1)];
  const response = await callServer(server, `/v1/tables/${encodeURIComponent(schema)}/${encodeURIComponent(name)}/rows`, {
    method: 'POST',
    headers: { 'content-type': MEDIA_TYPES[format], 'idempotency-key': options.idempotencyKey ?? crypto.randomUUID() },
    body: bytes,
    signal: options.signal,
  });
  return (await response.json()) as Appended;
}

function encode(rows: RowsInput): { readonly format: keyof typeof MEDIA_TYPES; readonly bytes: string | Uint8Array<ArrayBuffer> } {
  if ('format' in rows) return rows;
  if (Array.isArray(rows)) return { format: 'ndjson', bytes: rows.map((row: unknown) => JSON.stringify(row, jsonValue)).join('\n') };
  // The package allocates the bytes itself, never from shared memory.
  return { format: 'arrow', bytes: tableToIPC(rows as Table, 'stream') as Uint8Array<ArrayBuffer> };
}

/** JSON has no integers beyond 2^53; the server reads them from text. */
function jsonValue(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

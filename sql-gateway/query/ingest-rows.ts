import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  type Catalog,
  type CommitResult,
  type FileFormat,
  type Logger,
  nearestName,
  PlatformError,
  type RelationName,
  type TableRef,
  type TableSink,
  type TableSnapshot,
} from '../../spi/index.ts';
import type { AccessControl } from '../access/access-control.ts';
import type { Caller } from '../access/caller.ts';
import { isMaintained } from '../../sql/bind/index.ts';
import type { SpoolFolder } from '../file/spool-folder.ts';
import { writeAll } from '../file/write-all.ts';
import { commitStaged } from './execute-write.ts';
import type { IdempotencyMemory } from './idempotency-memory.ts';
import type { QueryRecord } from './query-registry.ts';

/** The parts of the server that uploads work with. */
export interface IngestParts {
  readonly catalog: Catalog;
  readonly access: Pick<AccessControl, 'checkAppend'>;
  readonly sink: TableSink;
  readonly spool: SpoolFolder;
  readonly log: Logger;
  readonly keys: IdempotencyMemory;
}

/** Where rows are to go, and what they are. */
export interface IngestRequest {
  readonly caller: Caller;
  readonly name: RelationName;
  readonly format: FileFormat;
  readonly idempotencyKey: string | null;
  /** Hands the body on, piece by piece, to its end. */
  receive(take: (chunk: Buffer) => Promise<void> | undefined): Promise<void>;
}

/** Units: bytes of a body that is written in one piece, when it has arrived. */
const SMALL_BYTES_MAX = 64 << 10;

/** Rows that have arrived, in a file. */
export interface SpooledRows {
  readonly table: TableRef;
  readonly path: string;
  readonly digest: string;
}

/** Receives rows into a file. Whoever takes the file removes it.
 *  @throws CATALOG_UNKNOWN_TABLE, AUTH_FORBIDDEN before anything is received, what `receive` throws */
export async function spoolRows(request: IngestRequest, record: QueryRecord, parts: IngestParts): Promise<SpooledRows> {
  record.describe({ kind: 'ingest', tables: [`${request.name.schema}.${request.name.name}`] });
  await parts.access.checkAppend(request.caller, request.name, parts.catalog);
  const table = await resolveTable(request.name, parts.catalog);
  const path = parts.spool.newPath(request.format);
  try {
    return { table, path, digest: await spoolBody(path, request) };
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  }
}

/** Takes rows that have arrived into their table: staged, committed; durable when this returns.
 *  @throws REQUEST_IDEMPOTENCY when the key stood for other rows */
export async function ingestRows(
  spooled: SpooledRows,
  request: IngestRequest,
  record: QueryRecord,
  parts: IngestParts,
): Promise<CommitResult> {
  const { table, path, digest } = spooled;
  try {
    // Rows may have taken hours to arrive; what counts is what the user may do now.
    await parts.access.checkAppend(request.caller, table, parts.catalog);
    const { idempotencyKey: key, format } = request;
    if (key !== null) {
      parts.keys.check(table, key, digest);
      const earlier = await parts.sink.committed(table, key);
      if (earlier !== null) return earlier;
    }
    const transaction = await parts.sink.begin({ kind: 'append', table });
    const stage = async () => [await transaction.appendFile('ingest', 1, { path, format, options: {}, columns: null }, record.signal)];
    const result = await commitStaged(transaction, stage, { record, request, log: parts.log });
    if (key !== null) parts.keys.remember(table, key, digest);
    return result;
  } catch (error) {
    throw hidePath(error, path, request.format);
  }
}

async function resolveTable(name: RelationName, catalog: Catalog): Promise<TableRef> {
  const found = await catalog.resolve(name);
  if (found?.kind === 'table') {
    refuseMaintained(found);
    return found.ref;
  }
  if (found !== null) throw new PlatformError('CATALOG_NOT_A_TABLE', `${name.schema}.${name.name} is a view; rows go into tables.`);
  throw await unknownRelation(name, catalog);
}

function refuseMaintained(table: TableSnapshot): void {
  if (!isMaintained(table)) return;
  throw new PlatformError('CATALOG_NOT_A_TABLE', `${table.ref.schema}.${table.ref.name} is written by a materialized view only.`, {
    hint: 'Send rows to the tables that the view reads.',
  });
}

/** Returns the error for a name that the catalog does not know, with the nearest one that it does. */
export async function unknownRelation(name: RelationName, catalog: Catalog): Promise<PlatformError> {
  const relations = await catalog.relations(name.schema);
  const nearest = nearestName(
    name.name,
    relations.map((relation) => relation.name),
  );
  return new PlatformError('CATALOG_UNKNOWN_TABLE', `There is no table '${name.schema}.${name.name}'.`, {
    hint: nearest === null ? undefined : `Did you mean '${nearest}'?`,
  });
}

async function spoolBody(path: string, request: IngestRequest): Promise<string> {
  const hash = createHash('sha256').update(`${request.format}\n`);
  const held: Buffer[] = [];
  let heldBytes = 0;
  let file: FileHandle | null = null;
  const writeOn = async (chunk: Buffer): Promise<void> => {
    file ??= await open(path, 'wx', 0o600);
    for (const piece of [...held.splice(0), chunk]) await writeAll(file, piece);
  };
  try {
    await request.receive((chunk) => {
      hash.update(chunk);
      heldBytes += chunk.byteLength;
      if (heldBytes > SMALL_BYTES_MAX) return writeOn(chunk);
      held.push(chunk);
      return undefined;
    });
    if (heldBytes <= SMALL_BYTES_MAX) writeSmall(path, held);
  } finally {
    await (file as FileHandle | null)?.close();
  }
  return hash.digest('hex');
}

/** A short file is written sooner than another thread would be asked for it. */
function writeSmall(path: string, pieces: readonly Buffer[]): void {
  try {
    writeFileSync(path, Buffer.concat(pieces), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    throw PlatformError.from(error, 'STORAGE_IO');
  }
}

/** Where the body lay for a moment means nothing to the client. */
function hidePath(error: unknown, path: string, format: FileFormat): unknown {
  if (!(error instanceof PlatformError) || !error.message.includes(basename(path))) return error;
  const { location, hint, details } = error;
  const message = error.message.replaceAll(path, 'the request body').replaceAll(basename(path), `request-body.${format}`);
  return new PlatformError(error.code, message, { location, hint, details, cause: error });
}

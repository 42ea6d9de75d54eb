import { createHash } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
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
} from '../../spi/index.ts';
import type { SpoolFolder } from '../file/spool-folder.ts';
import { writeAll } from '../file/write-all.ts';
import { commitStaged } from './execute-write.ts';
import type { QueryRecord } from './query-registry.ts';

/** The parts of the server that uploads work with. */
export interface IngestParts {
  readonly catalog: Catalog;
  readonly sink: TableSink;
  readonly spool: SpoolFolder;
  readonly log: Logger;
  readonly keys: IdempotencyMemory;
}

/** Rows on their way into a table. */
export interface IngestRequest {
  readonly name: RelationName;
  readonly format: FileFormat;
  readonly options: Readonly<Record<string, string | boolean>>;
  readonly idempotencyKey: string | null;
  /** Hands the body on, piece by piece, to its end. */
  receive(take: (chunk: Buffer) => Promise<void>): Promise<void>;
}

/** Remembers what was sent under the last idempotency keys, so that a key used for something else is noticed. */
export interface IdempotencyMemory {
  /** @throws REQUEST_IDEMPOTENCY when the key stood for another body */
  check(table: TableRef, key: string, bodyDigest: string): void;
}

/** Creates an empty memory of bounded size. */
export function createIdempotencyMemory(keysMax: number): IdempotencyMemory {
  const digests = new Map<string, string>();
  return {
    check: (table, key, bodyDigest) => {
      const entry = `${table.uuid}/${key}`;
      const known = digests.get(entry);
      if (known !== undefined && known !== bodyDigest) {
        throw new PlatformError('REQUEST_IDEMPOTENCY', `The idempotency key '${key}' was used for other rows of this table.`, {
          hint: 'Take a new key for new rows.',
        });
      }
      digests.set(entry, bodyDigest);
      const oldest = digests.keys().next();
      if (digests.size > keysMax && oldest.done !== true) digests.delete(oldest.value);
    },
  };
}

/** Takes an upload into a table: spooled, staged, committed; durable when this returns. */
export async function ingestRows(request: IngestRequest, record: QueryRecord, parts: IngestParts): Promise<CommitResult> {
  const table = await resolveTable(request.name, parts.catalog);
  record.describe({ kind: 'ingest' });
  const folder = await parts.spool.createFolder();
  try {
    const path = join(folder, `request-body.${request.format}`);
    const bodyDigest = await spoolBody(path, request);
    const { idempotencyKey: key } = request;
    if (key !== null) {
      parts.keys.check(table, key, bodyDigest);
      const earlier = await parts.sink.committed(table, key);
      if (earlier !== null) return earlier;
    }
    const transaction = await parts.sink.begin({ kind: 'append', table });
    const source = { path, format: request.format, options: request.options, columns: null };
    const stage = async () => [await transaction.appendFile('ingest', 1, source, record.signal)];
    return await commitStaged(transaction, stage, { record, request, log: parts.log });
  } catch (error) {
    throw hidePath(error, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function resolveTable(name: RelationName, catalog: Catalog): Promise<TableRef> {
  const found = await catalog.resolve(name);
  if (found?.kind === 'table') return found.ref;
  if (found !== null) throw new PlatformError('CATALOG_NOT_A_TABLE', `${name.schema}.${name.name} is a view; rows go into tables.`);
  throw await unknownRelation(name, catalog);
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
  const file = await open(path, 'wx', 0o600);
  try {
    await request.receive(async (chunk) => {
      hash.update(chunk);
      await writeAll(file, chunk);
    });
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

/** Where the body lay for a moment means nothing to the client. */
function hidePath(error: unknown, folder: string): unknown {
  if (!(error instanceof PlatformError) || !error.message.includes(folder)) return error;
  const { location, hint, details } = error;
  const message = error.message.replaceAll(
    new RegExp(`${folder.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}/request-body\\.\\w+`, 'g'),
    'the request body',
  );
  return new PlatformError(error.code, message, { location, hint, details, cause: error });
}

import { tableFromIPC, type Table } from 'apache-arrow';
import { afterAll, beforeAll } from 'vitest';
import { PlatformError } from '../../../../spi/index.ts';
import { type ArrowStream, type Connection, type Database, openDatabase } from '../../../../runtime/duckdb/index.ts';

/** A database for the tests of one file. */
export interface TestSession {
  readonly database: Database;
  readonly connection: Connection;
}

/** Opens a database before the tests of the file and closes it after them. */
export function openSession(): () => TestSession {
  let session: TestSession | undefined;
  beforeAll(async () => {
    const database = openDatabase({ config: { threads: '2' } });
    session = { database, connection: database.connect() };
    await session.connection.execute("SET TimeZone = 'UTC'");
  });
  afterAll(async () => {
    await session?.database.close();
  });
  return () => {
    if (session === undefined) throw new PlatformError('INTERNAL_INVARIANT', 'the session is open during tests');
    return session;
  };
}

/** Reads a stream to its end. */
export async function drain(stream: ArrowStream): Promise<Uint8Array[]> {
  const frames = [stream.schema()];
  for (let frame = await stream.next(); frame !== null; frame = await stream.next()) frames.push(frame);
  return frames;
}

/** Runs a query through the frames and decodes them with apache-arrow. */
export async function queryTable(connection: Connection, sql: string): Promise<Table> {
  return tableFromIPC(await drain(await connection.stream(sql)));
}

/** Gives frames one at a time. */
export async function* piecesOf(frames: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield* frames;
}

/** Returns the coded error that a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<PlatformError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof PlatformError) return error;
  throw new PlatformError('INTERNAL_INVARIANT', `expected a coded error, got ${String(error)}`);
}

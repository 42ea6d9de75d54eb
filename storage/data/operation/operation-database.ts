import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Connection, lockDown, openDatabase } from '../../../runtime/duckdb/index.ts';

/** What every operation of a data process is limited to. */
export interface DataProcessSettings {
  readonly threads: number;
  /** Units: bytes of memory for DuckDB. */
  readonly memoryBytesMax: number;
  readonly spoolDirectory: string;
}

/** What one operation may work with. */
export interface OperationScope {
  readonly connection: Connection;
  /** Empty directory that is removed afterwards. DuckDB may use it. */
  readonly spoolDirectory: string;
}

/** Runs one operation on a database of its own that can reach its own temporary directory and the given paths, and nothing else.
 *  Guarantees: an abort interrupts what runs; database and temporary files are gone afterwards.
 *  @throws the signal's reason when it aborts */
export async function withOperationDatabase<Result>(
  settings: DataProcessSettings,
  allowed: { readonly directories?: readonly string[]; readonly paths?: readonly string[] },
  signal: AbortSignal,
  work: (scope: OperationScope) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  await mkdir(settings.spoolDirectory, { recursive: true });
  const spoolDirectory = await mkdtemp(join(settings.spoolDirectory, 'data-'));
  const database = openDatabase();
  const connection = database.connect();
  const onAbort = (): void => {
    connection.interrupt();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await lockDown(connection, {
      allowedDirectories: [spoolDirectory, ...(allowed.directories ?? [])],
      allowedPaths: allowed.paths ?? [],
      memoryBytesMax: settings.memoryBytesMax,
      threads: settings.threads,
      tempDirectory: spoolDirectory,
    });
    const result = await work({ connection, spoolDirectory });
    signal.throwIfAborted();
    return result;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
    await database.close();
    await rm(spoolDirectory, { recursive: true, force: true });
  }
}

import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Connection, type Database, lockDown, openDatabase } from '../../../runtime/duckdb/index.ts';
import type { FileSource } from '../../../spi/index.ts';
import { linkSource } from '../source/link-source.ts';

/** What every operation of a data process is limited to. */
export interface DataProcessSettings {
  readonly threads: number;
  /** Units: bytes of memory for DuckDB. */
  readonly memoryBytesMax: number;
  /** Directory for the temporary files of this process alone. */
  readonly spoolDirectory: string;
  /** Directory below which all tables' files lie. */
  readonly dataDirectory: string;
  /** Directory of the files that clients have sent to this server. */
  readonly uploadsDirectory: string;
}

/** The databases of a data process. Opening one takes longer than to write a small file, so that one is kept for operations within the tables'
 *  directory; it reaches that and a temporary directory, and nothing else. What reaches other files gets a database of its own. */
export class OperationDatabases {
  readonly #settings: DataProcessSettings;
  #kept: Promise<Database> | null = null;
  /** The connection to the kept database that keeps its statements, null while there is none. */
  #again: Connection | null = null;
  #last: Promise<unknown> = Promise.resolve();

  constructor(settings: DataProcessSettings) {
    this.#settings = settings;
  }

  /** Opens the database that is kept, so that the first operation finds it. */
  async warmUp(): Promise<void> {
    await mkdir(this.#settings.spoolDirectory, { recursive: true });
    await this.#openKept();
  }

  /** Runs one operation on a connection of its own to a database that can reach the given files and directories. It begins when the one before, whose caller
   *  may have left already, has ended.
   *  Guarantees: an abort interrupts what runs; the operation's tables are gone afterwards; a database in which something failed is not used again.
   *  @throws the signal's reason when it aborts */
  run<Result>(reach: readonly string[], signal: AbortSignal, work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const isWithin = reach.every((path) => isInside(path, this.#settings.dataDirectory));
    return this.#inTurn(signal, () => (isWithin ? this.#runKept(signal, work) : this.#runAlone(reach, signal, work)));
  }

  /** Runs one operation that reads a checked file of a user beside what it reaches, under the plain name of a link. @see run */
  async runOnSource<Result>(
    source: FileSource,
    reach: readonly string[],
    signal: AbortSignal,
    work: (connection: Connection, linkPath: string) => Promise<Result>,
  ): Promise<Result> {
    const { spoolDirectory, uploadsDirectory } = this.#settings;
    const folder = await mkdtemp(join(spoolDirectory, 'source-'));
    try {
      const isUpload = isInside(source.path, uploadsDirectory);
      const linkPath = await linkSource(source, folder, isUpload ? 'hard' : 'symbolic');
      return await this.run(isUpload ? reach : [...reach, source.path], signal, (connection) => work(connection, linkPath));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Runs one operation on the connection of all such operations, which keeps its statements: it leaves nothing there, and writes one file at the path that
   *  it is given, which is always the same. @see run */
  runAgain<Result>(signal: AbortSignal, work: (connection: Connection, path: string) => Promise<Result>): Promise<Result> {
    return this.#inTurn(signal, () =>
      this.#onKept((database) => {
        const connection = (this.#again ??= database.connect());
        return interruptible(connection, signal, (one) => work(one, join(this.#settings.spoolDirectory, 'small.parquet')));
      }),
    );
  }

  #inTurn<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(() => {
      signal.throwIfAborted();
      return work();
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  #runKept<Result>(signal: AbortSignal, work: (connection: Connection) => Promise<Result>): Promise<Result> {
    return this.#onKept(async (database) => {
      const connection = database.connect();
      const result = await interruptible(connection, signal, work);
      await connection.close();
      return result;
    });
  }

  /** Works with the kept database, which is dropped when that fails. */
  async #onKept<Result>(work: (database: Database) => Promise<Result>): Promise<Result> {
    const database = await this.#openKept();
    try {
      return await work(database);
    } catch (error) {
      this.#kept = null;
      this.#again = null;
      await database.close();
      throw error;
    }
  }

  async #runAlone<Result>(
    reach: readonly string[],
    signal: AbortSignal,
    work: (connection: Connection) => Promise<Result>,
  ): Promise<Result> {
    const database = openDatabase({ countsProgress: false });
    try {
      const connection = database.connect();
      await this.#lockDown(connection, reach);
      return await interruptible(connection, signal, work);
    } finally {
      await database.close();
    }
  }

  #openKept(): Promise<Database> {
    this.#kept ??= this.#makeKept().catch((error: unknown) => {
      this.#kept = null;
      throw error;
    });
    return this.#kept;
  }

  async #makeKept(): Promise<Database> {
    const database = openDatabase({ countsProgress: false });
    const connection = database.connect();
    // What an operation has read is of no use to the next one.
    await connection.execute('SET GLOBAL enable_external_file_cache = false');
    await this.#lockDown(connection, [this.#settings.dataDirectory]);
    await connection.close();
    return database;
  }

  async #lockDown(connection: Connection, reach: readonly string[]): Promise<void> {
    const { memoryBytesMax, threads, spoolDirectory } = this.#settings;
    // What lies below a directory does not include the directory, which COPY looks at too.
    const allowed = { allowedDirectories: [spoolDirectory, ...reach], allowedPaths: reach };
    await lockDown(connection, { ...allowed, memoryBytesMax, threads, tempDirectory: spoolDirectory });
  }
}

async function interruptible<Result>(
  connection: Connection,
  signal: AbortSignal,
  work: (connection: Connection) => Promise<Result>,
): Promise<Result> {
  const onAbort = (): void => {
    connection.interrupt();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const result = await work(connection);
    signal.throwIfAborted();
    return result;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

const isInside = (path: string, directory: string): boolean => path.startsWith(`${directory}/`);

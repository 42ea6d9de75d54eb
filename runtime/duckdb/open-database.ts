import koffi from 'koffi';
import { PlatformError } from '../../spi/index.ts';
import type { Connection, Database } from './connection-contract.ts';
import { engineErrorFromText } from './engine-error.ts';
import { NativeConnection } from './native-connection.ts';
import { nativeLibrary, type Pointer, pointerCell } from './native-library.ts';

/** Where the database lies and how it is set up. */
export interface OpenOptions {
  /** A file, or `:memory:`, which is the default. */
  readonly path?: string;
  /** DuckDB settings that can be given at the start. */
  readonly config?: Readonly<Record<string, string>>;
  /** False for connections that nobody asks for `progress()`: each is ready sooner. Default true. */
  readonly countsProgress?: boolean;
}

/** Lets `progress()` know; DuckDB counts only with its progress bar on, and by default prints the bar. */
const COUNT_PROGRESS = ['SET enable_progress_bar_print = false', 'SET progress_bar_time = 0', 'SET enable_progress_bar = true'];

class NativeDatabase implements Database {
  readonly #pointer: Pointer;
  readonly #countsProgress: boolean;
  readonly #connections = new Set<NativeConnection>();
  #closed = false;

  constructor(pointer: Pointer, countsProgress: boolean) {
    this.#pointer = pointer;
    this.#countsProgress = countsProgress;
  }

  connect(): Connection {
    if (this.#closed) throw new PlatformError('ENGINE_UNAVAILABLE', 'the database is closed');
    const cell = pointerCell();
    if (nativeLibrary().connect(this.#pointer, cell) !== 0) throw new PlatformError('ENGINE_FAILED', 'DuckDB refused a connection');
    const pointer = cell.readBigUInt64LE(0);
    for (const sql of this.#countsProgress ? COUNT_PROGRESS : []) {
      if (nativeLibrary().query(pointer, sql, null) !== 0) break;
    }
    const connection: NativeConnection = new NativeConnection(pointer, () => this.#connections.delete(connection));
    this.#connections.add(connection);
    return connection;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all([...this.#connections].map((connection) => connection.close()));
    nativeLibrary().close(pointerCell(this.#pointer));
  }
}

function takeMessage(cell: Buffer): string {
  const address = cell.readBigUInt64LE(0);
  if (address === 0n) return 'DuckDB could not be opened';
  const message = koffi.decode.string(address);
  nativeLibrary().free(address);
  return message;
}

/** Opens a DuckDB instance in this process.
 *  Guarantees: results carry plain Arrow types (32-bit offsets, no views).
 *  @throws the coded form of DuckDB's reason */
export function openDatabase(options: OpenOptions = {}): Database {
  const native = nativeLibrary();
  const config = pointerCell();
  const database = pointerCell();
  const message = pointerCell();
  native.createConfig(config);
  try {
    for (const [name, value] of Object.entries(options.config ?? {})) {
      if (native.setConfig(config.readBigUInt64LE(0), name, value) !== 0) {
        throw new PlatformError('CONFIG_INVALID', `DuckDB has no setting "${name}", or refuses the value "${value}"`);
      }
    }
    if (native.openExt(options.path ?? ':memory:', database, config.readBigUInt64LE(0), message) !== 0) {
      throw engineErrorFromText(takeMessage(message));
    }
  } finally {
    native.destroyConfig(config);
  }
  return new NativeDatabase(database.readBigUInt64LE(0), options.countsProgress ?? true);
}

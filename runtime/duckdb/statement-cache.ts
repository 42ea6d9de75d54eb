import { PlatformError } from '../../spi/index.ts';
import { engineErrorFromText } from './engine-error.ts';
import { callAsync, nativeLibrary, type Pointer, pointerCell } from './native-library.ts';

const STATEMENTS_KEPT = 32;
const STATEMENT_TYPE_SELECT = 1;

/** A prepared statement that is in use. */
export interface PreparedStatement {
  readonly pointer: Pointer;
  readonly parameterCount: number;
  /** True when the cache keeps the statement; otherwise its user destroys it. */
  readonly cached: boolean;
}

/** Keeps the queries of one connection that were prepared last, and other statements that are to be kept, by their text. */
export class StatementCache {
  readonly #connection: Pointer;
  readonly #statements = new Map<string, PreparedStatement>();

  constructor(connection: Pointer) {
    this.#connection = connection;
  }

  /** Returns the prepared form of one statement. One that is no query is kept only if `keeps` is set.
   *  @throws the coded form of what DuckDB reports while it parses and plans. */
  async take(sql: string, keeps = false): Promise<PreparedStatement> {
    const kept = this.#statements.get(sql);
    if (kept !== undefined) {
      this.#statements.delete(sql);
      this.#statements.set(sql, kept);
      return kept;
    }
    if (sql.includes('\0')) throw new PlatformError('SQL_INVALID_VALUE', 'a statement cannot hold the character U+0000');
    const native = nativeLibrary();
    const cell = pointerCell();
    const state = await callAsync(native.prepare, this.#connection, sql, cell);
    const pointer = cell.readBigUInt64LE(0);
    if (state !== 0) {
      const error = engineErrorFromText(
        pointer === 0n ? 'out of memory' : (native.prepareError(pointer) ?? 'the statement cannot be prepared'),
      );
      if (pointer !== 0n) native.destroyPrepare(cell);
      throw error;
    }
    const cached = keeps || native.statementType(pointer) === STATEMENT_TYPE_SELECT;
    const statement = { pointer, parameterCount: Number(native.parameterCount(pointer)), cached };
    if (cached) this.#keep(sql, statement);
    return statement;
  }

  /** Ends the use of a statement that the cache does not keep. */
  release(statement: PreparedStatement): void {
    if (!statement.cached) nativeLibrary().destroyPrepare(pointerCell(statement.pointer));
  }

  clear(): void {
    for (const statement of this.#statements.values()) nativeLibrary().destroyPrepare(pointerCell(statement.pointer));
    this.#statements.clear();
  }

  #keep(sql: string, statement: PreparedStatement): void {
    this.#statements.set(sql, statement);
    if (this.#statements.size <= STATEMENTS_KEPT) return;
    const [oldest] = this.#statements;
    if (oldest === undefined) return;
    this.#statements.delete(oldest[0]);
    nativeLibrary().destroyPrepare(pointerCell(oldest[1].pointer));
  }
}

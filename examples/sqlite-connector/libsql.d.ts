// What the connector uses of `libsql`, so that the sources are checked where the package is not installed.
declare module 'libsql' {
  type SqliteValue = null | bigint | number | string | Uint8Array;
  interface Statement {
    /** Rows as lists of values. */
    raw(on: true): this;
    /** Whole numbers as bigint. */
    safeIntegers(on: true): this;
    all(...parameters: readonly SqliteValue[]): readonly unknown[];
    iterate(...parameters: readonly SqliteValue[]): IterableIterator<unknown>;
  }
  class Database {
    constructor(path: string, options: { readonly readonly: boolean; readonly fileMustExist: boolean });
    prepare(sql: string): Statement;
    exec(sql: string): void;
    close(): void;
  }
  export { Database as default };
  export type { SqliteValue, Statement };
}

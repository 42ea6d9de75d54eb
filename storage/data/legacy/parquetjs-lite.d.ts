/** The part of parquetjs-lite that is used; the package comes without types. */
declare module 'parquetjs-lite' {
  interface SchemaField {
    readonly type: string;
    readonly compression: string;
    readonly optional: boolean;
    /** Minima and maxima are compared as JavaScript compares, which is not the order of Parquet: only `false` is safe. */
    readonly statistics: false;
  }

  interface Writer {
    appendRow(row: Readonly<Record<string, unknown>>): Promise<void>;
    close(): Promise<void>;
  }

  /** A column chunk as it is stored; `values` holds those that are not NULL. */
  interface ColumnChunk {
    readonly dlevels: readonly number[];
    readonly values: readonly unknown[];
  }

  interface Reader {
    readonly metadata: { readonly row_groups: readonly object[] };
    readonly schema: object;
    readonly envelopeReader: {
      readRowGroup(
        schema: object,
        rowGroup: object,
        columns: readonly string[],
      ): Promise<{ readonly columnData: Readonly<Record<string, ColumnChunk>> }>;
    };
    close(): Promise<void>;
  }

  const parquetjs: {
    readonly ParquetSchema: new (fields: Readonly<Record<string, SchemaField>>) => object;
    readonly ParquetWriter: { openFile(schema: object, path: string, options: { readonly useDataPageV2: boolean }): Promise<Writer> };
    readonly ParquetReader: { openFile(path: string, options: { readonly rawStatistics: boolean }): Promise<Reader> };
  };
  export = parquetjs;
}

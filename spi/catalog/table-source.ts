import type { Expression } from '../plan/expression.ts';
import type { ScanColumn } from '../plan/plan-node.ts';
import type { RowDelete } from './row-delete.ts';
import type { TableRef } from './table-ref.ts';

/** What is to be read: a scan node of a plan has exactly these parts. */
export interface ScanRequest {
  readonly table: TableRef;
  readonly snapshotId: string | null;
  readonly schemaId: number;
  readonly columns: readonly ScanColumn[];
  /** Condition over `columns`; parameters and subqueries in it are not used for skipping. */
  readonly filter: Expression | null;
  /** Reads only these data files of the snapshot, by location; all when left out. */
  readonly files?: readonly string[];
  /** True when the reader applies `ParquetSplit.deletes`, itself or by `TableSource.read`; a plan of files with deletes is refused otherwise. */
  readonly deletes?: boolean;
  /** True when the reader goes by `ParquetSplit.columnNames`, itself or by `TableSource.read`; a plan of files without field ids is refused otherwise. */
  readonly columnNames?: boolean;
}

/** A piece of a table that one task reads. */
export interface ParquetSplit {
  readonly kind: 'parquet';
  /** Absolute `file:///` location of the Parquet file. */
  readonly uri: string;
  /** Rows of the file; deletes take some of them away. */
  readonly rows: number;
  readonly bytes: number;
  /** True when the file's columns have the names and types of the schema asked for, so that it can be read by name;
   *  false means columns must be matched by field id and missing ones read as NULL. */
  readonly matchesSchema: boolean;
  /** Names that columns have in a file without field ids, by field id: the file is read by them, and a column that is left out is not in it. Left out for a file
   *  with field ids. */
  readonly columnNames?: Readonly<Record<string, string>>;
  /** Names that parts of nested columns have in the file, by field id, where they are not those of the schema asked for; null for a part that the file
   *  does not have. Left out for none. */
  readonly partNames?: Readonly<Record<string, string | null>>;
  /** Values, in canonical text, of columns that the file does not have because all of its rows have that of its partition, by field id. Left out for none. */
  readonly missingValues?: Readonly<Record<string, string>>;
  /** Values of the identity partition fields by source field id, in the canonical text of the column's type. */
  readonly partition: Readonly<Record<string, string | null>>;
  /** Of a scan that asks for the lineage of rows: the id of the file's first row, and the sequence number of the commit that brought it. Rows whose lineage the file
   *  does not hold (under the field ids of its columns) have the first id plus their position, and that number. Left out where the file has no ids. */
  readonly lineage?: { readonly firstRowId: number; readonly sequenceNumber: number };
  /** What takes rows of the file away; a row that one of them takes is not read. Splits with the same deletes may share one array. */
  readonly deletes: readonly RowDelete[];
  /** Reads only the rows that these take away, of those that `deletes` leave. Set by readers that follow changes; a plan has none. */
  readonly deletedBy?: readonly RowDelete[];
}

/** Which files a scan reads. */
export interface ScanPlan {
  readonly splits: readonly ParquetSplit[];
  /** What of the filter is still to be applied to the rows; null when nothing is. */
  readonly residual: Expression | null;
  /** Rows in `splits` before the residual and before deletes: no fewer than are read. */
  readonly rows: number;
  readonly bytes: number;
  readonly filesTotal: number;
  readonly filesSkipped: number;
}

/** Gives an engine the rows of stored tables. Splits of one plan together are the snapshot's rows that may meet the filter, each once. */
export interface TableSource {
  /** @throws CATALOG_UNKNOWN_TABLE, CATALOG_UNKNOWN_SNAPSHOT, STORAGE_CORRUPT, STORAGE_UNSUPPORTED for files with deletes unless `request.deletes`,
   *  and for files without field ids unless `request.columnNames` */
  plan(request: ScanRequest): Promise<ScanPlan>;
  /** Decodes a split in a process of the host, for engines without a Parquet reader.
   *  Shape: Arrow IPC messages, the schema first, then record batches with the columns asked for in order.
   *  Guarantees: ends normally only after the last row; stopping early frees everything.
   *  @throws STORAGE_CORRUPT, STORAGE_UNAVAILABLE */
  read(split: ParquetSplit, columns: readonly ScanColumn[], signal?: AbortSignal): AsyncIterable<Uint8Array>;
}

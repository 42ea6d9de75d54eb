import type { DataType } from '../type/data-type.ts';
import type { Field } from '../type/field.ts';
import type { IfExists } from './catalog.ts';
import type { PartitionSpec } from './partition-spec.ts';
import type { TableRef } from './table-ref.ts';
import type { TableSpec } from './table-spec.ts';

/** Facts about one column of a data file. Bounds are texts in the canonical form of the type, and may be left out. */
export interface ColumnStatistics {
  readonly fieldId: number;
  readonly valueCount: number;
  readonly nullCount: number;
  readonly nanCount?: number;
  readonly sizeBytes?: number;
  readonly lowerBound?: string;
  readonly upperBound?: string;
}

/** A Parquet file that was written and synced below a staging directory, and is not yet part of any table. */
export interface DataFile {
  readonly uri: string;
  readonly rows: number;
  readonly bytes: number;
  /** The `StagingTarget.sortOrder` that the rows are in; left out for none. */
  readonly sortOrderId?: number;
  /** One value per field of the target's partition spec: the transform's result as text (days, months, bucket number as decimal
   *  integers; identity and truncate in the canonical form of the column's type), null for NULL. */
  readonly partition: readonly (string | null)[];
  readonly columns: readonly ColumnStatistics[];
  /** For a file of positions, the location of the data file whose rows it deletes; its `partition` is that file's, and told by nobody. */
  readonly deletes?: string;
  /** For a Puffin file, where the deletion vector of that data file lies in it (in bytes), and how many positions it has with those deleted before. */
  readonly vector?: { readonly offset: number; readonly length: number; readonly rows: number };
}

/** What one attempt of one task wrote. */
export interface Fragment {
  readonly task: string;
  readonly attempt: number;
  readonly files: readonly DataFile[];
}

/** An order of rows within a data file. */
export interface WriteOrder {
  readonly orderId: number;
  /** Ids of columns of the target, the first weighs most. */
  readonly keys: readonly { readonly fieldId: number; readonly descending: boolean; readonly nullsFirst: boolean }[];
}

/** Where and how an engine that writes Parquet itself puts its files. */
export interface StagingTarget {
  /** Local directory, created and empty, for this task and attempt alone. */
  readonly directory: string;
  readonly fields: readonly Field[];
  readonly partitionSpec: PartitionSpec;
  /** The order that the rows of each file are to have; left out for none. */
  readonly sortOrder?: WriteOrder;
  readonly fileSizeBytesTarget: number;
  /** True when all rows go into one file, in the order in which they come. */
  readonly oneFile?: boolean;
}

/** The part of a write that an engine sees. Nothing written here shows in the table before the owner commits. */
export interface StagingArea {
  readonly fields: readonly Field[];
  target(task: string, attempt: number): Promise<StagingTarget>;
  /** Writes Arrow IPC frames (schema first; columns by position, in the order and types of `fields`) by a process of the host. */
  append(task: string, attempt: number, frames: AsyncIterable<Uint8Array>): Promise<Fragment>;
}

/** Formats of files that users bring. `parquet_legacy` is Parquet as old tools have it: flat, plain, with snappy or gzip; what would be lost
 *  or changed by it is refused with STORAGE_LOSSY. */
export type FileFormat = 'parquet' | 'parquet_legacy' | 'csv' | 'ndjson' | 'arrow';

/** How the pages of a legacy Parquet file are compressed. */
export type LegacyCompression = 'snappy' | 'gzip' | 'none';

/** A file that a user brings. */
export interface FileSource {
  /** Absolute local path; already checked against the allowed folders. */
  readonly path: string;
  readonly format: FileFormat;
  /** Options of the format: `header`, `delimiter`, `quote`, `escape`, `nullText`, `dateFormat`, `timestampFormat` for CSV. */
  readonly options: Readonly<Record<string, string | boolean>>;
  /** Names of the file's columns in the order of the target's columns that they fill; null matches by name, without regard to case. */
  readonly columns: readonly string[] | null;
}

/** A Parquet file that becomes part of a table as it is. */
export interface ExistingFile {
  /** Absolute local path; already checked against the allowed folders. */
  readonly path: string;
  /** What the user calls it. */
  readonly name: string;
  /** Values of columns by name, as the folders `column=value` on the way to it tell them. */
  readonly pathValues: Readonly<Record<string, string>>;
}

/** What a file holds, found by looking into it. */
export interface FileInspection {
  readonly columns: readonly { readonly name: string; readonly type: DataType; readonly nullable: boolean }[];
  /** Exact for Parquet and Arrow, null where the file would have to be read whole. */
  readonly rows: number | null;
}

/** What a commit made. */
export interface CommitResult {
  readonly table: TableRef;
  readonly snapshotId: string;
  readonly rows: number;
  /** True when the idempotency key had been committed before and nothing was done now. */
  readonly repeated: boolean;
  /** What the statement did to rows of the table, where it told the write. */
  readonly changes?: RowChanges;
}

/** Rows that a statement inserted, updated and deleted. */
export interface RowChanges {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

/** A write to one table: staged files, then one atomic commit. */
export interface WriteTransaction extends StagingArea {
  /** Text by which `TableSink.reopen` finds the transaction again after a restart. */
  readonly token: string;
  /** Reads a user's file into the staging area. Columns of the table that the file lacks are NULL.
   *  @throws STORAGE_FILE when the file cannot be read, SQL_INVALID_VALUE when a value does not fit its column. */
  appendFile(task: string, attempt: number, source: FileSource, signal?: AbortSignal): Promise<Fragment>;
  /** Takes Parquet files of a user into the staging area with their pages as they are: only their footers are written anew, with the table's field ids. Columns of the
   *  table that they lack are read as from any file of before the column; all files have the same ones. Partition values and facts about columns come from the footers
   *  and folders. Files without rows are left out.
   *  @throws STORAGE_FILE for a file that is no Parquet file or part of the table already, SQL_UNKNOWN_COLUMN, SQL_TYPE_MISMATCH for columns that would have to be converted,
   *  SQL_INVALID_VALUE for NULL where none may be, and for rows that are not known to be of one partition */
  adoptFiles(task: string, attempt: number, files: readonly ExistingFile[], signal?: AbortSignal): Promise<Fragment>;
  /** Stages positions of rows to be deleted: Arrow IPC frames, schema first, with the location of a data file of the table and a position in each row. The commit
   *  fails with STORAGE_CONFLICT when one of the data files is no longer part of the table. */
  appendDeletes(task: string, attempt: number, frames: AsyncIterable<Uint8Array>): Promise<Fragment>;
  /** Makes the fragments part of the table in one step, durable when it returns. One attempt per task counts: the one handed in.
   *  Guarantees: a repeated key (per table) commits once; a lost race is tried again on the new snapshot.
   *  @throws STORAGE_CONFLICT, CATALOG_UNKNOWN_TABLE, CATALOG_EXISTS, STORAGE_OUTCOME_UNKNOWN */
  commit(fragments: readonly Fragment[], idempotencyKey: string): Promise<CommitResult>;
  /** Gives up; the staged files are removed. Safe after a failed commit. */
  abort(): Promise<void>;
}

/** What a write does to its table. Its rows have the columns of the schema `schemaId`, of the table's newest when left out. */
export type WriteGoal =
  | { readonly kind: 'append' | 'overwrite'; readonly table: TableRef; readonly schemaId?: number }
  /** Takes data files out of the table and puts the new ones in their place, in one commit.
   *  The commit fails with STORAGE_CONFLICT when one of the files is no longer part of the table. `rows` is what `CommitResult.rows` tells, to a
   *  repeated key as well: the rows that the statement deleted or changed; those of the new files when left out. So is `changes`. With
   *  `basedOn` the commit also fails with STORAGE_CONFLICT when that is not the table's snapshot any more (null: it had none).
   *  With `sameRows` the new files hold the rows of the old ones and no others: the snapshot's operation is `replace`, and `basedOn` counts only
   *  where the table has deletes, which may have come to mean rows of the old files. With `lineage` (format version 3) the rows have the
   *  columns of `lineageFields` after those of the table: rows that stay bring what they had, changed ones their id, and new ones NULL. With `readAt` it fails when rows of one of the files,
   *  or of those that staged positions are of, were deleted since that snapshot. */
  | {
      readonly kind: 'rewrite';
      readonly table: TableRef;
      readonly schemaId?: number;
      readonly removes: readonly string[];
      readonly rows?: number;
      readonly changes?: RowChanges;
      readonly basedOn?: string | null;
      readonly sameRows?: boolean;
      readonly lineage?: boolean;
      readonly readAt?: string | null;
    }
  /** Creates the table with its first rows in one commit. */
  | { readonly kind: 'create'; readonly spec: TableSpec; readonly ifExists: IfExists };

/** Takes rows into stored tables. */
export interface TableSink {
  begin(goal: WriteGoal): Promise<WriteTransaction>;
  /** Takes up a transaction of a process that is gone; what it staged is still there.
   *  @throws STORAGE_CONFLICT when the table's columns have changed since, CATALOG_UNKNOWN_TABLE, REQUEST_INVALID for a text that is no token */
  reopen(token: string): Promise<WriteTransaction>;
  /** Looks into a user's file. @throws STORAGE_FILE */
  inspect(source: Omit<FileSource, 'columns'>): Promise<FileInspection>;
  /** Returns the earlier result for a key that was committed to the table, null for a new key. */
  committed(table: TableRef, idempotencyKey: string): Promise<CommitResult | null>;
  /** Writes rows (Arrow IPC frames, schema first) as one Parquet file outside any table, synced.
   *  @throws STORAGE_LOSSY for columns and values that a legacy file cannot hold */
  exportParquet(
    path: string,
    frames: AsyncIterable<Uint8Array>,
    legacy?: LegacyCompression,
  ): Promise<{ readonly rows: number; readonly bytes: number }>;
}

import type { Expression, LogicalPlan, ParameterValue, ParquetSplit, RowDelete, SessionSettings } from '../../spi/index.ts';

/** Rows `from` (inclusive) to `to` (exclusive) of a Parquet file, counted from 0. */
export interface FileRows {
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

/** What takes rows of files away. Many files have the same deletes, so the lists stand beside the files. */
export interface FileDeletes {
  readonly lists: readonly (readonly RowDelete[])[];
  /** Files that have deletes (or none, where a scan tells the place or the lineage of rows). */
  readonly files: readonly ListedFile[];
}

/** A file and what takes rows of it away. */
export interface ListedFile {
  readonly path: string;
  /** As delete files tell it. */
  readonly location: string;
  /** With those deleted. */
  readonly rows: number;
  /** The position of its list of deletes. */
  readonly list: number;
  /** @see ParquetSplit.lineage */
  readonly lineage?: NonNullable<ParquetSplit['lineage']>;
}

/** What `ParquetSplit.missingValues` tells, by the path of the file. */
export type MissingValues = Readonly<Record<string, NonNullable<ParquetSplit['missingValues']>>>;

/** What `ParquetSplit.columnNames` tells, by the path of the file. */
export type FileColumnNames = Readonly<Record<string, NonNullable<ParquetSplit['columnNames']>>>;

/** What `ParquetSplit.partNames` tells, by the path of the file. */
export type FilePartNames = Readonly<Record<string, NonNullable<ParquetSplit['partNames']>>>;

/** What a scan of the plan reads. */
export interface ScanInput {
  /** Absolute paths of Parquet files that are read whole. */
  readonly files: readonly string[];
  /** Files of which some rows are read. */
  readonly parts?: readonly FileRows[];
  /** What takes rows of these files away; nothing when left out. */
  readonly deletes?: FileDeletes;
  /** True when the files' columns must be found by field id. */
  readonly byFieldId: boolean;
  /** Names that columns have in files without field ids, by path and field id. @see ParquetSplit.columnNames */
  readonly columnNames?: FileColumnNames;
  /** Names that parts of columns have in files where they are not those of the plan, by path and field id. @see ParquetSplit.partNames */
  readonly partNames?: FilePartNames;
  /** Values of columns that files lack, by path and field id. @see ParquetSplit.missingValues */
  readonly missingValues?: MissingValues;
  /** What the rows must still meet. */
  readonly residual: Expression | null;
}

/** A value for a parameter slot; `type` is the canonical name of its type. */
export interface ParameterInput {
  readonly type: string;
  readonly value: ParameterValue;
}

/** One execution. There is no SQL text in it: the child prints the plan itself. */
export interface QueryMessage {
  readonly plan: LogicalPlan;
  readonly session: SessionSettings;
  /** One per scan node, in the order of `walkPlan`. */
  readonly scans: readonly ScanInput[];
  /** One per parameter slot. */
  readonly parameters: readonly ParameterInput[];
}

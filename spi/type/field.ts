import type { DataType } from './data-type.ts';

/** A column of a stored table. `id` is the Iceberg field id: it stays when the column is renamed and is never used again. */
export interface Field {
  readonly id: number;
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
  readonly comment?: string;
  /** What rows have in the column that are in files from before it, in canonical text; NULL when left out. */
  readonly initialDefault?: string;
  /** What rows get that are written without the column, in canonical text; NULL when left out. */
  readonly writeDefault?: string;
}

/** A column of a result. Names may repeat. */
export interface ResultColumn {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
}

import type { DataType } from '../type/data-type.ts';

/** Takes away the rows of a data file at the positions that a Parquet file of `file_path` and `pos` lists.
 *  Only its rows with the `location` of the data file as their `file_path` count. */
export interface PositionDelete {
  readonly kind: 'position';
  /** Absolute `file:///` location of the Parquet file. */
  readonly uri: string;
  readonly bytes: number;
  /** Positions that the file lists, those of other data files included. */
  readonly rows: number;
}

/** Takes away the rows that agree with a row of a Parquet file in all of the columns named; NULL agrees with NULL. */
export interface EqualityDelete {
  readonly kind: 'equality';
  /** Absolute `file:///` location of the Parquet file. */
  readonly uri: string;
  readonly bytes: number;
  readonly rows: number;
  /** The columns compared. They are found by field id in the file, and by field id or, in a split that matches its schema, by name in the
   *  data file. They need not be among the columns asked for, nor be columns of the table still. */
  readonly columns: readonly EqualityColumn[];
}

/** A column that rows are compared by. */
export interface EqualityColumn {
  readonly fieldId: number;
  readonly name: string;
  readonly type: DataType;
  /** @see Field.initialDefault */
  readonly initialDefault?: string;
}

/** Takes away the rows at the positions of a deletion vector: a blob of a Puffin file.
 *  @see Iceberg spec v3, "Deletion Vectors"; Puffin spec, `deletion-vector-v1` */
export interface VectorDelete {
  readonly kind: 'vector';
  /** Absolute `file:///` location of the Puffin file. */
  readonly uri: string;
  /** Units: bytes from the start of the file, and bytes of the blob. */
  readonly offset: number;
  readonly length: number;
  /** Positions in the vector. */
  readonly rows: number;
}

/** A file that takes rows of a split away. Whatever its sequence number and partition say is decided already. */
export type RowDelete = PositionDelete | EqualityDelete | VectorDelete;

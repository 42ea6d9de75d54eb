import type { DataType } from '../../../spi/index.ts';

/** A user's file as a relation of DuckDB. */
export interface SourceRelation {
  /** What stands after FROM; rows come in the order of the file. */
  readonly from: string;
  readonly columns: readonly SourceColumn[];
  /** False for a file that gives its columns no names, so that they can be matched by position only. */
  readonly named: boolean;
}

/** A column of a user's file. */
export interface SourceColumn {
  readonly name: string;
  /** The column's name in the relation, as an SQL expression. */
  readonly value: string;
  /** The column's type in the words of the file's format. */
  readonly typeName: string;
  /** Returns an SQL expression that is the column's value in the type or fails; null when the types do not go together. */
  convert(to: DataType): string | null;
}

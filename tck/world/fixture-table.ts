import type { DataType, TableSpec } from '../../spi/index.ts';
import { parseValue } from '../value/parse-value.ts';
import type { Value } from '../value/value.ts';

/** A table that the kit makes. */
export interface FixtureTable {
  readonly name: string;
  readonly columns: readonly FixtureColumn[];
  /** Rows of each data file, which is a commit of its own. */
  readonly files: readonly (readonly (readonly Value[])[])[];
  readonly partitioning?: TableSpec['partitioning'];
}

/** A column of a fixture. */
export interface FixtureColumn {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
}

/** Returns a type without arguments. */
export const plain = (kind: Exclude<DataType['kind'], 'decimal' | 'fixed' | 'list' | 'map' | 'struct'>): DataType => ({ kind });

/** Returns a decimal type. */
export const decimal = (precision: number, scale: number): DataType => ({ kind: 'decimal', precision, scale });

/** Returns a nullable column. */
export const column = (name: string, type: DataType): FixtureColumn => ({ name, type, nullable: true });

/** Returns rows of values given as canonical texts. */
export function textRows(
  columns: readonly FixtureColumn[],
  rows: readonly (readonly (string | boolean | null)[])[],
): readonly (readonly Value[])[] {
  return rows.map((row) => columns.map(({ type }, index) => parseValue(row[index] ?? null, type)));
}

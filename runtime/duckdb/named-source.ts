import type { EqualityColumn } from '../../spi/index.ts';
import { defaultSql } from './default-sql.ts';
import { type PartNames, typeInFile } from './evolved-type.ts';
import { quoteText } from './quote-sql.ts';
import { typeSql } from './type-sql.ts';

/** Names that columns have in a file without field ids, by field id; a column that is left out is not in the file. */
export type ColumnNames = Readonly<Record<string, string>>;

/** How files without field ids hold columns. All of the files hold them alike. */
export interface NamedFiles {
  /** SQL of the list of files. */
  readonly files: string;
  readonly columnNames: ColumnNames;
  readonly partNames: PartNames;
  /** Values of columns that the files lack, in canonical text, by field id. */
  readonly missingValues: Readonly<Record<string, string>>;
}

/** Returns the FROM item that reads columns of files without field ids as `f<id>`, and beside them `file_row_number` and `file_index`. */
export function namedSource(columns: readonly EqualityColumn[], { files, columnNames, partNames, missingValues }: NamedFiles): string {
  const known: string[] = [];
  const selected = [...new Map(columns.map((column) => [column.fieldId, column])).values()].map(({ fieldId, type, initialDefault }) => {
    const name = columnNames[String(fieldId)];
    const own = `f${String(fieldId)}`;
    const read = typeSql(typeInFile(type, partNames));
    const value = defaultSql(type, missingValues[String(fieldId)] ?? initialDefault);
    if (name === undefined) return `CAST(${value} AS ${read}) AS ${own}`;
    known.push(`${quoteText(name)}: {name: '${own}', type: ${quoteText(read)}, default_value: NULL}`);
    return own;
  });
  const schema = known.length === 0 ? '' : `, schema = MAP {${known.join(', ')}}`;
  // The places are there without being asked for; `file_row_number = true` does not go together with a schema by names.
  return `(SELECT ${[...selected, 'file_row_number', 'file_index'].join(', ')} FROM read_parquet(${files}, hive_partitioning = false${schema}))`;
}

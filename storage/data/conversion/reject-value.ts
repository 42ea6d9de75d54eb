import { typeSql } from '../../../runtime/duckdb/index.ts';
import type { DataType } from '../../../spi/index.ts';

/** Returns an SQL expression of the type that fails for every text but is NULL for NULL.
 *  A failing cast and not `error()`: DuckDB's TRY takes no volatile function, and the search for the bad row needs TRY. */
export function rejectValue(text: string, type: DataType): string {
  const marked = `'!' || (${text})`;
  if (type.kind === 'varchar') return `CAST(CAST(${marked} AS INTEGER) AS VARCHAR)`;
  if (type.kind === 'varbinary' || type.kind === 'fixed') return `CAST(CAST(CAST(${marked} AS INTEGER) AS VARCHAR) AS BLOB)`;
  return `CAST(${marked} AS ${typeSql(type)})`;
}

/** Returns the value where the condition holds, NULL where `text` is NULL, and an expression that fails elsewhere. */
export function acceptWhere(condition: string, value: string, text: string, type: DataType): string {
  return `CASE WHEN ${condition} THEN ${value} ELSE ${rejectValue(text, type)} END`;
}

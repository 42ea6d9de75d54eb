import { type Connection, quoteText } from '../../../runtime/duckdb/index.ts';

/** Returns the places, from 0, of a Parquet file's columns that hold instants in nanoseconds, also inside lists, maps and structs.
 *  DuckDB reads those as instants in microseconds and drops the last three digits without a word; of readings without a zone it keeps them.
 *  @see parquet.thrift, TimestampType */
export async function zonedNanoColumns(connection: Connection, path: string): Promise<ReadonlySet<number>> {
  const parts = await connection.queryRows(`SELECT coalesce(num_children, 0) AS children,
    coalesce(logical_type LIKE 'TimestampType(isAdjustedToUTC=1,%NANOS=NanoSeconds()%', false) AS found FROM parquet_schema(${quoteText(path)})`);
  const places = new Set<number>();
  let at = 1;
  for (let place = 0; at < parts.length; place += 1) {
    for (let open = 1; open > 0 && at < parts.length; at += 1) {
      open += Number(parts[at]?.['children']) - 1;
      if (parts[at]?.['found'] === true) places.add(place);
    }
  }
  return places;
}

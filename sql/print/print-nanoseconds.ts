import type { DataType } from '../../spi/index.ts';

/** The readings of the clock, in microseconds, that TIMESTAMP_NS holds. */
const RANGE = "TIMESTAMP '1677-09-22 00:00:00' AND TIMESTAMP '2262-04-11 23:47:16.854775'";

/** Returns whether a type is that of timestamps in nanoseconds. */
export function isNanoseconds(type: DataType | undefined): boolean {
  return type?.kind === 'timestamp_ns';
}

/** Returns a printed TIMESTAMP_NS as a TIMESTAMP, rounded to the past: DuckDB's own cast and functions round what is before 1970 to the future. */
export function printMicroseconds(sql: string): string {
  return `make_timestamp((epoch_ns(${sql}) - ${nanosecondsBeyond(sql)}) // 1000)`;
}

/** Returns a printed TIMESTAMP as a TIMESTAMP_NS; out of its range it is an error, or NULL when `safe` is true, which DuckDB's TRY_CAST does not heed. */
export function printNanoseconds(sql: string, safe = false): string {
  const cast = `CAST(${sql} AS TIMESTAMP_NS)`;
  return safe ? `CASE WHEN ${sql} BETWEEN ${RANGE} THEN ${cast} END` : cast;
}

/** Returns a printed TIMESTAMP_NS moved by an interval, which is one of whole microseconds. */
export function printMoved(sql: string, sign: '+' | '-', interval: string): string {
  const moved = printNanoseconds(`${printMicroseconds(sql)} ${sign} ${interval}`);
  return `make_timestamp_ns(epoch_ns(${moved}) + ${nanosecondsBeyond(sql)})`;
}

/** The nanoseconds beyond whole microseconds, 0 to 999. */
function nanosecondsBeyond(sql: string): string {
  return `((epoch_ns(${sql}) % 1000 + 1000) % 1000)`;
}

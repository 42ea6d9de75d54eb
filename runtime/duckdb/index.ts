export type { ArrowStream } from './arrow-stream.ts';
export { bucketExpressionSql } from './bucket-transform.ts';
export type { Connection, Database, StatementParameter, StatementProgress } from './connection-contract.ts';
export { lockDown, type LockDownOptions } from './lock-down.ts';
export { type OpenOptions, openDatabase } from './open-database.ts';
export { parseDateDays, parseTimestampMicros } from './parse-temporal.ts';
export { quoteName, quoteText } from './quote-sql.ts';
export { typeSql } from './type-sql.ts';
export { writeParquet, type WriteParquetOptions, type WrittenFile } from './write-parquet.ts';

export type { ArrowStream } from './arrow-stream.ts';
export type { Connection, Database, Row, RowValue, StatementParameter, StatementProgress } from './connection-contract.ts';
export { type OpenOptions, openDatabase } from './open-database.ts';

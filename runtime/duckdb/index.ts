export type { ArrowStream } from './arrow-stream.ts';
export type { Connection, Database, StatementParameter, StatementProgress } from './connection-contract.ts';
export { lockDown, type LockDownOptions } from './lock-down.ts';
export { type OpenOptions, openDatabase } from './open-database.ts';
export { quoteName, quoteText } from './quote-sql.ts';

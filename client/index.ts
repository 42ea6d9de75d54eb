export { type Appended, type AppendOptions, type RowsInput } from './append-rows.ts';
export { callServer } from './call-server.ts';
export { type Client, connect, type ConnectOptions } from './connect.ts';
export {
  type ClientSession,
  type ParameterInput,
  RESULT_FORMATS,
  type ResultFormat,
  sendStatement,
  type SqlAnswer,
  type StatementParameters,
} from './send-statement.ts';
export type { ServerAddress } from './server-address.ts';
export type { ServerTrust } from './trusting-fetch.ts';
export { Session, type StatementOptions } from './session.ts';
export { StatementResult } from './statement-result.ts';
export { type StatementStatus, SubmittedStatement } from './submitted-statement.ts';
export type { Row, RowValue } from '../runtime/arrow/index.ts';
export { PlatformError } from '../spi/index.ts';

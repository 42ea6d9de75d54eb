import type { BoundQuery, ConfigSchema, EngineCapabilities, Field, ParameterValue, ResultColumn, ViewStart } from '../../../spi/index.ts';

/** Methods that a hosted engine's process or thread serves; each one's parameters are the message named. */
export const ENGINE_METHODS = {
  /** LoadMessage; answers with a PluginDescription. */
  load: 'load',
  /** StartMessage; answers with a StartAnswer. */
  start: 'start',
  /** EstimateMessage; answers with a header, which is an estimate, a refusal or UNKNOWN_QUERY, and then with a PreparedAnswer or null. */
  estimate: 'estimate',
  /** QueryMessage; answers with a PreparedAnswer or UNKNOWN_QUERY. */
  prepare: 'prepare',
  /** ExecuteMessage; answers with frames. */
  execute: 'execute',
  /** The numbers of prepared queries. */
  closePrepared: 'closePrepared',
  /** WriteMessage; answers with fragments or UNKNOWN_QUERY. */
  write: 'write',
  /** The number of a run; answers when it has come to rest. */
  settle: 'settle',
  /** Answers at once. */
  ping: 'ping',
  health: 'health',
  /** The milliseconds that it may take. */
  drain: 'drain',
  close: 'close',
  /** CheckViewMessage; answers with a refusal or null. */
  checkView: 'checkView',
  /** ViewStart; answers with the number of the view. */
  startView: 'startView',
  /** ViewAddress and PushMessage; takes frames. */
  pushView: 'pushView',
  /** ViewAddress and CheckpointMessage; answers with a CheckpointAnswer. */
  checkpointView: 'checkpointView',
  /** ViewAddress and RowsMessage; answers with frames. */
  viewRows: 'viewRows',
  /** The number of the view. */
  closeView: 'closeView',
} as const;

/** Methods that the server serves to a hosted engine. */
export const HOST_METHODS = {
  /** ScanRequest; answers with a ScanPlan. */
  plan: 'tables.plan',
  /** ReadMessage; answers with frames. */
  read: 'tables.read',
  /** StagingMessage; answers with a StagingTarget. */
  target: 'staging.target',
  /** StagingMessage; takes frames, answers with a Fragment. */
  append: 'staging.append',
  /** LogMessage. */
  log: 'log',
  /** ProgressMessage. */
  progress: 'progress',
} as const;

/** Answer for a query that was only named, by a process that does not know it (any more): it is sent again, whole. */
export const UNKNOWN_QUERY = 'unknown query';

/** What the plugin's module says of itself. */
export interface PluginDescription {
  readonly name: string;
  readonly version: string;
  readonly spi: string;
  readonly configSchema: ConfigSchema;
}

/** Names the module to load. */
export interface LoadMessage {
  readonly module: string;
}

/** What an engine is created with. */
export interface StartMessage {
  readonly config: Readonly<Record<string, string | number | boolean>>;
  readonly spoolDirectory: string;
  readonly dataDirectory: string;
}

/** What an engine is once it was created. */
export interface StartAnswer {
  readonly capabilities: EngineCapabilities;
}

/** A query; left out where the process was sent it before. */
export interface QueryMessage {
  readonly id: number;
  readonly query?: BoundQuery | undefined;
}

/** A query to be estimated. */
export interface EstimateMessage extends QueryMessage {
  /** True when the query is to be made ready as well, unless it is refused. */
  readonly prepare: boolean;
  /** Numbers of prepared queries that are not needed any more. */
  readonly closed: readonly number[];
}

/** A statement that was made ready. */
export interface PreparedAnswer {
  readonly prepared: number;
  readonly columns: readonly ResultColumn[];
}

/** The circumstances of a run. */
export interface RunMessage {
  readonly id: number;
  readonly queryId: string;
  readonly parameters: readonly ParameterValue[];
  readonly deadlineAtMs: number | null;
  /** True when somebody wants to know how far it is. */
  readonly progress: boolean;
  readonly workDirectory?: string | undefined;
}

/** Runs a prepared query. */
export interface ExecuteMessage {
  readonly prepared: number;
  readonly run: RunMessage;
}

/** Runs a query into a staging area, which has the number of the run. */
export interface WriteMessage extends QueryMessage {
  readonly run: RunMessage;
  readonly fields: readonly Field[];
}

/** One attempt of one task of a run that writes. */
export interface StagingMessage {
  readonly run: number;
  readonly task: string;
  readonly attempt: number;
}

/** A query with watermarks, of which an engine says whether it keeps it fresh. */
export interface CheckViewMessage {
  readonly query: BoundQuery;
  readonly watermarks: ViewStart['watermarks'];
}

/** Which of the views of an engine a message is about. */
export interface ViewAddress {
  readonly view: number;
}

/** Levels of log lines. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** A log line. */
export interface LogMessage {
  readonly level: (typeof LOG_LEVELS)[number];
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

import { type ErrorCode, type PlatformError, printSnapshot, type Progress, type SnapshotPin } from '../../spi/index.ts';
import { createQueryId } from './create-query-id.ts';

/** Where a statement is in its life. */
export type QueryState = 'queued' | 'running' | 'finished' | 'failed' | 'cancelled';

/** What is known about a statement, now or after its end. Units: times in milliseconds since 1970 UTC. */
export interface QueryInfo {
  readonly queryId: string;
  readonly user: string;
  /** Address of the client; null for statements of jobs and of the server itself. */
  readonly from: string | null;
  /** The job that the statement is part of, null for none. */
  readonly jobId: string | null;
  /** The statement's text, shortened; null for uploads of rows. */
  readonly sql: string | null;
  readonly state: QueryState;
  /** Kind of the bound statement, null until it is bound. */
  readonly kind: string | null;
  readonly engine: string | null;
  readonly engineVersion: string | null;
  /** Who decided about the engine, null until it is routed. */
  readonly route: string | null;
  /** What the engine estimated, and how long it was waited for in the end. Units: milliseconds. */
  readonly estimatedMs: number | null;
  readonly measuredMs: number | null;
  /** How long the choice of the engine took. Units: milliseconds. */
  readonly routingMs: number | null;
  /** Engines that failed before the one that runs it, in order. */
  readonly failedEngines: readonly string[];
  /** Whether a stored result answered; null when none may. */
  readonly cache: 'hit' | 'miss' | null;
  /** The materialized view that answered, as `schema.name`; null for none. */
  readonly view: string | null;
  readonly fingerprint: string | null;
  /** Snapshots as `schema.table@id`. */
  readonly snapshots: readonly string[];
  /** What is read or changed, as `schema.name`; empty where nobody keeps an audit log. */
  readonly tables: readonly string[];
  /** Whether the session, not the text, says which snapshots are read. */
  readonly sessionPinned: boolean;
  readonly rows: number;
  readonly bytes: number;
  /** What the engine told last, null while it has told nothing. */
  readonly progress: Progress | null;
  readonly createdAtMs: number;
  readonly startedAtMs: number | null;
  readonly endedAtMs: number | null;
  readonly errorCode: ErrorCode | null;
}

/** The changing record of one statement. Whoever runs the statement ends it exactly once. */
export interface QueryRecord {
  readonly id: string;
  readonly user: string;
  readonly createdAtMs: number;
  readonly signal: AbortSignal;
  readonly info: QueryInfo;
  start(): void;
  /** Notes that the statement waits for its turn. */
  queue(): void;
  describe(
    facts: Partial<
      Pick<
        QueryInfo,
        | 'kind'
        | 'engine'
        | 'engineVersion'
        | 'route'
        | 'estimatedMs'
        | 'measuredMs'
        | 'routingMs'
        | 'failedEngines'
        | 'cache'
        | 'view'
        | 'fingerprint'
        | 'snapshots'
        | 'tables'
        | 'sessionPinned'
        | 'progress'
      >
    >,
  ): void;
  count(rows: number, bytes: number): void;
  cancel(reason: PlatformError): void;
  /** Ends the record, as finished without an error; later calls do nothing. */
  end(error: PlatformError | null): void;
}

/** The statements of this server: all that run and the last ones that ended. */
export interface QueryRegistry {
  open(user: string, sql: string | null, origin?: { readonly jobId?: string; readonly from?: string | null }): QueryRecord;
  /** Newest first. */
  list(user: string): readonly QueryInfo[];
  /** All statements that are known, of all users. */
  all(): readonly QueryInfo[];
  /** Returns null when the user has no such statement. */
  find(user: string, id: string): QueryRecord | null;
  readonly running: number;
  /** Resolves when nothing runs, or after the time given. */
  idle(timeoutMs: number): Promise<void>;
  cancelAll(reason: PlatformError): void;
}

/** Where a statement comes from. */
type QueryOrigin = Pick<QueryInfo, 'user' | 'sql' | 'jobId' | 'from'>;

const SQL_SHOWN_LENGTH = 1000;

/** Creates the registry. `onEnd` sees each statement once, after its end. */
export function createQueryRegistry(options: { readonly historyMax: number; onEnd(info: QueryInfo): void }): QueryRegistry {
  const active = new Map<string, QueryRecord>();
  const ended = new Map<string, QueryRecord>();
  const idleWaiters = new Set<() => void>();

  const onEnd = (record: QueryRecord): void => {
    active.delete(record.id);
    ended.set(record.id, record);
    const oldest = ended.keys().next();
    if (ended.size > options.historyMax && oldest.done !== true) ended.delete(oldest.value);
    options.onEnd(record.info);
    if (active.size > 0) return;
    for (const wake of idleWaiters) wake();
  };

  return {
    open: (user, sql, { jobId = null, from = null } = {}) => {
      const record = createRecord({ user, sql, jobId, from }, onEnd);
      active.set(record.id, record);
      return record;
    },
    list: (user) => {
      const records = [...active.values(), ...ended.values()].filter((record) => record.user === user);
      return records.map((record) => record.info).sort((left, right) => (left.queryId < right.queryId ? 1 : -1));
    },
    all: () => [...active.values(), ...ended.values()].map((record) => record.info),
    find: (user, id) => {
      const record = active.get(id) ?? ended.get(id);
      return record?.user === user ? record : null;
    },
    get running() {
      return active.size;
    },
    idle: async (timeoutMs) => {
      if (active.size === 0) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(wake, timeoutMs);
        function wake(): void {
          clearTimeout(timer);
          idleWaiters.delete(wake);
          resolve();
        }
        idleWaiters.add(wake);
      });
    },
    cancelAll: (reason) => {
      for (const record of active.values()) record.cancel(reason);
    },
  };
}

function createRecord({ user, sql, jobId, from }: QueryOrigin, onEnd: (record: QueryRecord) => void): QueryRecord {
  const abort = new AbortController();
  let info: QueryInfo = {
    queryId: createQueryId(),
    user,
    from,
    jobId,
    sql: sql === null || sql.length <= SQL_SHOWN_LENGTH ? sql : `${sql.slice(0, SQL_SHOWN_LENGTH)}…`,
    state: 'queued',
    kind: null,
    engine: null,
    route: null,
    estimatedMs: null,
    measuredMs: null,
    routingMs: null,
    engineVersion: null,
    failedEngines: [],
    cache: null,
    view: null,
    fingerprint: null,
    snapshots: [],
    tables: [],
    sessionPinned: false,
    rows: 0,
    bytes: 0,
    progress: null,
    createdAtMs: Date.now(),
    startedAtMs: null,
    endedAtMs: null,
    errorCode: null,
  };
  const record: QueryRecord = {
    id: info.queryId,
    user,
    createdAtMs: info.createdAtMs,
    signal: abort.signal,
    get info() {
      return info;
    },
    start: () => {
      info = { ...info, state: 'running', startedAtMs: Date.now() };
    },
    queue: () => {
      info = { ...info, state: 'queued' };
    },
    describe: (facts) => {
      info = { ...info, ...facts };
    },
    count: (rows, bytes) => {
      info = { ...info, rows: info.rows + rows, bytes: info.bytes + bytes };
    },
    cancel: (reason) => {
      abort.abort(reason);
    },
    end: (error) => {
      if (info.endedAtMs !== null) return;
      const state = error === null ? 'finished' : error.code === 'ENGINE_CANCELLED' ? 'cancelled' : 'failed';
      info = { ...info, state, endedAtMs: Date.now(), errorCode: error?.code ?? null };
      onEnd(record);
    },
  };
  return record;
}

/** Returns whether the rows of the answer are what was asked for: those of other statements only tell what was done. */
export function answersRows({ kind }: Pick<QueryInfo, 'kind'>): boolean {
  return kind === 'query' || kind === 'explain';
}

/** Returns the names of pinned snapshots as they are shown: `schema.table@id`, each once. */
export function formatSnapshots(pins: readonly SnapshotPin[]): readonly string[] {
  return [...new Set(pins.map(printSnapshot))];
}

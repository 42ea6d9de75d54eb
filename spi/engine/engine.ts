import type { Fragment, StagingArea } from '../catalog/table-sink.ts';
import type { ErrorCode } from '../error/error-codes.ts';
import type { PlanFeature } from '../plan/plan-features.ts';
import type { ResultColumn } from '../type/field.ts';
import type { BoundQuery } from './bound-query.ts';

/** What an engine says it can do. What is not declared is not sent to it; what is declared must work. */
export interface EngineCapabilities {
  /** `query` answers with rows; `write` runs a query into a staging area; `view` keeps a query fresh (the engine is a `ViewEngine`). */
  readonly statements: readonly ('query' | 'write' | 'view')[];
  /** The newest plan version that it reads. */
  readonly planVersion: number;
  readonly features: readonly PlanFeature[];
  /** Canonical function names, or 'all' of the catalogue. */
  readonly functions: readonly string[] | 'all';
  /** No statement takes less time here, so an engine that is sure to be slower need not be asked. Units: milliseconds; 0 when left out. */
  readonly elapsedMsMin?: number;
  /** Catalogs of outside databases (`TableRef.catalog`) whose tables it reads itself. A plan whose scans are all of one of them is sent to it as it is,
   *  and before engines for which the host fetches the rows. In every other plan, and for an engine that declares none, a scan of an outside table
   *  reads files as all scans do. */
  readonly sources?: readonly string[];
}

/** What a statement would cost. An engine that knows nothing says so with a low confidence. */
export interface CostEstimate {
  readonly kind: 'estimate';
  readonly rows: number;
  readonly cpuMs: number;
  readonly startupMs: number;
  /** When the first rows would be there, start-up included; with the last ones when left out. Units: milliseconds. */
  readonly firstRowMs?: number;
  /** 0 (a guess) to 1 (known). */
  readonly confidence: number;
  /** Memory that the engine would use at its peak, where it can tell. Units: bytes. */
  readonly memoryBytes?: number;
  /** Memory that one statement may use on this engine. Beyond it another engine is preferred. Units: bytes. */
  readonly memoryBytesMax?: number;
}

/** Why an engine does not take a statement. */
export interface Refusal {
  readonly kind: 'refusal';
  readonly code: ErrorCode;
  readonly reason: string;
}

/** A parameter's value: text in the canonical form of the slot's type, as in `LiteralExpression`. */
export type ParameterValue = string | boolean | null;

/** How far a statement is. `fraction` 0 to 1, null when unknown. */
export interface Progress {
  readonly fraction: number | null;
  readonly rowsRead: number;
  /** Pieces of work that are done, of those known so far, where the engine cuts the statement into tasks. */
  readonly tasks?: { readonly done: number; readonly total: number };
}

/** The circumstances of one execution. */
export interface RunOptions {
  readonly queryId: string;
  readonly parameters: readonly ParameterValue[];
  /** Aborting ends the work soon; the stream then throws the signal's reason when that is a PlatformError, else ENGINE_CANCELLED. */
  readonly signal: AbortSignal;
  /** When the work must have ended. Units: milliseconds since 1970 UTC; null for no limit. @throws RESOURCE_DEADLINE past it */
  readonly deadlineAtMs: number | null;
  onProgress?(progress: Progress): void;
  /** To be called when the work begins, by an engine that made it wait for others: the host then does not take the waiting for slowness. */
  onStarted?(): void;
  /** A directory that outlives the process and belongs to this execution alone. An engine may keep finished work there; an execution of the
   *  same query (and, for a write, into the same transaction) that finds it goes on from it. */
  readonly workDirectory?: string;
}

/** A result under way. */
export interface ResultStream {
  /** Arrow IPC messages: one schema message, then record batches. Names and types are those of `PreparedQuery.columns`. Pulling is the credit:
   *  an engine holds back when nobody pulls, a batch ahead, or 16 MiB where rows pass through processes of its own.
   *  Guarantees: ends normally only after the last row; any failure throws a PlatformError; leaving the loop early frees everything. */
  readonly frames: AsyncIterable<Uint8Array>;
}

/** A statement made ready. May be executed many times, also at once. */
export interface PreparedQuery {
  readonly columns: readonly ResultColumn[];
  execute(run: RunOptions): ResultStream;
  close(): Promise<void>;
}

/** Whether an engine can work. */
export interface EngineHealth {
  readonly ready: boolean;
  /** Facts for people: processes, memory, why it is not ready. */
  readonly details: Readonly<Record<string, string | number | boolean>>;
}

/** Runs statements. Reads only the snapshots pinned in the plan, by way of the host. */
export interface Engine {
  readonly capabilities: EngineCapabilities;
  estimate(query: BoundQuery): Promise<CostEstimate | Refusal>;
  /** @throws ENGINE_UNSUPPORTED, ENGINE_UNAVAILABLE */
  prepare(query: BoundQuery): Promise<PreparedQuery>;
  /** Runs the query and stages its rows (columns by position, in the order and types of `staging.fields`); the caller commits.
   *  @throws ENGINE_UNSUPPORTED when `write` is not declared */
  write(query: BoundQuery, staging: StagingArea, run: RunOptions): Promise<readonly Fragment[]>;
  health(): Promise<EngineHealth>;
  /** Takes no new work, lets running work end, at most for the time given. */
  drain(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

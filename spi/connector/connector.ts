import type { RelationName } from '../catalog/table-ref.ts';
import type { EngineHealth } from '../engine/engine.ts';
import type { Expression } from '../plan/expression.ts';
import type { ScanColumn } from '../plan/plan-node.ts';
import type { Field } from '../type/field.ts';

/** A value that JSON holds. */
export type JsonData = string | number | boolean | null | readonly JsonData[] | { readonly [key: string]: JsonData };

/** A table of an outside database, as it is now. */
export interface ConnectorTable {
  /** Schema and name as the database writes them. */
  readonly name: RelationName;
  /** The columns that can be read, in order. Ids are positive, unique in the table and the same at each call while the column stays. A column whose
   *  type has no counterpart here is left out. */
  readonly fields: readonly Field[];
  /** What the database's statistics say, without counting; null when they say nothing. */
  readonly rows: number | null;
}

/** What is to be read of a table. */
export interface ConnectorRequest {
  readonly table: RelationName;
  /** The columns that `filter` speaks of and that may be asked for: `fieldId` and `name` are those of `ConnectorTable.fields`. */
  readonly columns: readonly ScanColumn[];
  /** Conditions that all rows must meet (true, not NULL), over `columns` by their ids. They hold no parameters and no subqueries. */
  readonly filter: readonly Expression[];
  /** So many rows are enough, whichever they are; null for all. Given only where the database may be left to choose. */
  readonly limit: number | null;
}

/** What becomes of a condition.
 *  - `exact`: the rows read meet it, by the very meaning it has here; it is not looked at again. To be said only where that is certain: texts
 *    compare by their code points, NaN equals itself and is the greatest number, instants do not depend on a zone.
 *  - `inexact`: rows that do not meet it may have been left out; those read are tested again.
 *  - `unsupported`: it was not looked at. */
export type ConditionHandling = 'exact' | 'inexact' | 'unsupported';

/** How the rows of a request are read. */
export interface ConnectorPlan {
  /** One entry per condition of the request, in order. */
  readonly filter: readonly ConditionHandling[];
  /** True when no more rows are read than `limit` says, over all splits together. Allowed only when all conditions are `exact`. */
  readonly limited: boolean;
  /** Pieces that are read apart from each other, perhaps at once: together the rows, each once, all of one moment. At least one. */
  readonly splits: readonly JsonData[];
  /** Rows expected; null when nobody knows. */
  readonly rows: number | null;
}

/** Takes rows into one outside table in one transaction. */
export interface ConnectorSink {
  /** With a key: the number of rows that an earlier attempt of it committed, null when there was none. Then nothing is appended and the sink is aborted.
   *  Left out by a connector that keeps no keys, to which the host gives no statement that has one. Since 1.2.0. */
  readonly repeated?: number | null;
  /** Writes Arrow IPC frames (schema first; columns by position, in the order and types of the fields that the sink was begun with); pulls no
   *  faster than it writes. Called once. Returns the number of rows.
   *  @throws what `frames` throws, SQL_INVALID_VALUE for a row that the table does not take, CONNECTOR_FAILED */
  append(frames: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<number>;
  /** Makes the rows part of the table, all at once.
   *  @throws CONNECTOR_FAILED when none of them is, STORAGE_OUTCOME_UNKNOWN when nobody can tell */
  commit(): Promise<void>;
  /** Takes everything back. Safe at any time, also after a failed commit. */
  abort(): Promise<void>;
}

/** An outside database: the schemas and tables of one catalog. All names compare without regard to case where the database has no two that differ only by
 *  it. Everything that goes in and out is JSON or Arrow bytes. */
export interface Connector {
  /** Names of the schemas that a user may see. @throws CONNECTOR_UNAVAILABLE, as all calls do */
  schemas(): Promise<readonly string[]>;
  /** Names of the tables and views of a schema, as the database writes them; none for a schema that is not there. */
  tables(schema: string): Promise<readonly string[]>;
  /** Returns null when there is no such table. */
  describe(table: RelationName): Promise<ConnectorTable | null>;
  /** Says how a request is read, and holds what the splits need (a snapshot, a connection) until `release`. */
  plan(request: ConnectorRequest): Promise<ConnectorPlan>;
  /** Reads the rows of a split.
   *  Shape: Arrow IPC messages, the schema first, then record batches with the columns asked for in order, plain types with 32-bit offsets.
   *  All splits of a plan have the same schema message.
   *  Guarantees: pulling is the credit; ends normally only after the last row, any failure throws; stopping early frees everything.
   *  @throws CONNECTOR_FAILED, the signal's reason */
  read(split: JsonData, columns: readonly ScanColumn[], signal: AbortSignal): AsyncIterable<Uint8Array>;
  /** Called once for each plan, when all of its reads have ended or none will begin. */
  release(plan: ConnectorPlan): Promise<void>;
  /** Begins to write into a table, with values for these of its columns. Left out by a connector that does not write.
   *  @param key Stands for the statement among all attempts of it; null for none. A connector that keeps keys notes it in the transaction of the rows, waits
   *    for another attempt under way, and tells what that one committed (`ConnectorSink.repeated`). */
  sink?(table: RelationName, fields: readonly Field[], key?: string | null): Promise<ConnectorSink>;
  health(): Promise<EngineHealth>;
  /** Takes no new work, lets reads that run end, at most for the time given. Units: milliseconds. */
  drain(timeoutMs: number): Promise<void>;
  close(): Promise<void>;
}

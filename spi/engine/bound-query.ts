import type { TableRef } from '../catalog/table-ref.ts';
import type { LogicalPlan } from '../plan/logical-plan.ts';
import type { DataType } from '../type/data-type.ts';

/** Who asks. */
export interface Principal {
  readonly user: string;
}

/** What of the session gives a plan its meaning. */
export interface SessionSettings {
  /** IANA name; conversions between `timestamptz` and the other time types use it. */
  readonly timeZone: string;
  /** The instant that `now()` and its kin stand for. Units: microseconds since 1970 UTC as decimal text. */
  readonly startedAtUs: string;
}

/** A snapshot that the query reads. */
export interface SnapshotPin {
  readonly table: TableRef;
  readonly snapshotId: string | null;
}

/** A statement as engines see it: a plan over pinned snapshots. JSON through and through; no SQL text. */
export interface BoundQuery {
  readonly plan: LogicalPlan;
  /** Types of the parameters, by index. */
  readonly parameters: readonly DataType[];
  readonly snapshots: readonly SnapshotPin[];
  readonly principal: Principal;
  readonly session: SessionSettings;
  /** Equal for plans of equal meaning, whatever the snapshots, parameters and user: hex text. */
  readonly fingerprint: string;
  /** False when the answer depends on more than plan, parameters, session and snapshots (random numbers). */
  readonly deterministic: boolean;
}

/** A procedure that was called in the background. Units: milliseconds since 1970 UTC. */
export interface MaintenanceEntry {
  readonly table: string;
  readonly procedure: string;
  readonly startedAtMs: number;
  /** Null while it runs. */
  readonly endedAtMs: number | null;
  readonly errorCode: string | null;
}

import type { BoundQuery, ParameterValue } from '../../spi/index.ts';
import type { RegisteredEngine } from '../engine/engine-registry.ts';

/** A query that an engine answers. */
export interface WatchedRun {
  readonly query: BoundQuery;
  readonly engine: Pick<RegisteredEngine, 'name' | 'version'>;
  readonly sql: string;
  readonly parameters: readonly ParameterValue[];
  /** Snapshots as `schema.table@id`. */
  readonly snapshots: readonly string[];
  /** Keeps what the query reads until the function returned is called. */
  retain(): () => Promise<void>;
}

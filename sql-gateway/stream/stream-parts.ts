import type { Catalog, Logger, StreamStore, TableSink, TableSource } from '../../spi/index.ts';
import type { FunctionSource } from '../../sql/functions/index.ts';
import type { EngineRegistry } from '../engine/engine-registry.ts';

/** The parts of the server that streams work with. */
export interface StreamParts {
  readonly catalog: Catalog;
  /** Functions that views may call beside the platform's own; none when left out. */
  readonly functions?: FunctionSource | undefined;
  readonly streams: StreamStore;
  readonly sink: TableSink;
  readonly tables: TableSource;
  readonly engines: EngineRegistry;
  readonly log: Logger;
  /** Below it each stream keeps the files of its state. */
  readonly streamsDirectory: string;
  /** Least time between two checkpoints of a stream. Units: milliseconds. */
  readonly checkpointIntervalMs: number;
}

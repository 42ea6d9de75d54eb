import type { StagingTarget } from '../../spi/index.ts';
import type { QueryMessage } from '../duckdb/query-message.ts';

/** How a child process is set up; given as JSON in its first argument. */
export interface ChildSettings {
  /** A writer runs writes, each closed to all but the files that it reads and its staging directory. */
  readonly role: 'query' | 'writer';
  /** The directory of the stored files, which queries read. */
  readonly dataDirectory: string;
  /** Directories of files of others, which queries read. */
  readonly foreignDirectories: readonly string[];
  /** A directory for what operators spill. */
  readonly spillDirectory: string;
  readonly spillBytesMax: number;
  /** DuckDB's own limit. */
  readonly memoryBytesMax: number;
  readonly threads: number;
}

/** One execution whose rows are staged as Parquet files. */
export interface WriteMessage extends QueryMessage, StagingTarget {}

/** Methods that a child serves. */
export const CHILD_METHODS = {
  /** QueryMessage; answers with frames. */
  query: 'query',
  /** Resolves when no query runs any more. */
  settle: 'settle',
  /** Tells how far the running query is. */
  progress: 'progress',
  /** WriteMessage; answers with the files written. */
  write: 'write',
} as const;

/** Answer of `progress`; the fraction is null while it is not known. */
export interface ProgressAnswer {
  readonly fraction: number | null;
  readonly rowsRead: number;
}

import type { Connection } from './connection-contract.ts';
import { quoteText } from './quote-sql.ts';

/** What statements of this database may touch and use. */
export interface LockDownOptions {
  /** Absolute directories; everything below them may be read and written. */
  readonly allowedDirectories: readonly string[];
  /** Absolute single files. */
  readonly allowedPaths?: readonly string[];
  readonly memoryBytesMax: number;
  readonly threads: number;
  /** Where operators spill to. */
  readonly tempDirectory: string;
  /** Largest size of what is spilled; DuckDB's default otherwise. */
  readonly tempBytesMax?: number;
  /** Settings that stay open to statements; none leads out of the allowed folders. */
  readonly changeable?: readonly ('threads' | 'preserve_insertion_order')[];
}

/** New connections set these, so that progress is counted. */
const PROGRESS_SETTINGS = ['enable_progress_bar_print', 'progress_bar_time', 'enable_progress_bar'];

function quoteList(values: readonly string[]): string {
  return `[${values.map(quoteText).join(', ')}]`;
}

/** Sets limits and closes the database to everything outside the allowed folders, for all its connections and for good.
 *  Guarantees: afterwards no setting can be changed. The order matters: the folders must be set before external access goes, and the lock
 *  comes last. */
export async function lockDown(connection: Connection, options: LockDownOptions): Promise<void> {
  const slashed = options.allowedDirectories.map((directory) => (directory.endsWith('/') ? directory : `${directory}/`));
  const settings = [
    `SET GLOBAL memory_limit = '${String(Math.floor(options.memoryBytesMax / 1024))}KiB'`,
    `SET GLOBAL threads = ${String(options.threads)}`,
    `SET GLOBAL temp_directory = ${quoteText(options.tempDirectory)}`,
    ...(options.tempBytesMax === undefined
      ? []
      : [`SET GLOBAL max_temp_directory_size = '${String(Math.floor(options.tempBytesMax / 1024))}KiB'`]),
    `SET GLOBAL TimeZone = 'UTC'`,
    'SET GLOBAL autoinstall_known_extensions = false',
    'SET GLOBAL autoload_known_extensions = false',
    'SET GLOBAL allow_community_extensions = false',
    `SET GLOBAL allowed_directories = ${quoteList(slashed)}`,
    `SET GLOBAL allowed_paths = ${quoteList(options.allowedPaths ?? [])}`,
    'SET GLOBAL enable_external_access = false',
    `SET GLOBAL allowed_configs = ${quoteList([...PROGRESS_SETTINGS, ...(options.changeable ?? [])])}`,
    'SET GLOBAL lock_configuration = true',
  ];
  for (const sql of settings) await connection.execute(sql);
}

import type { FileSystem } from '../file/file-system.ts';

/** What a restore reads and writes with, and what watches over it. */
export interface RestoreRun {
  readonly files: FileSystem;
  readonly signal: AbortSignal;
  onProgress(done: number, total: number): Promise<void>;
}

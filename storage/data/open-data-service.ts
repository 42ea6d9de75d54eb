import type { DataService } from './data-service.ts';

/** What the data service has to be told. */
export interface DataServiceOptions {
  /** Child processes at most; an operation beyond that waits for its turn. */
  readonly processesMax: number;
  /** Threads of DuckDB in each process. */
  readonly threads: number;
  /** Units: bytes of memory for DuckDB in each process. */
  readonly memoryBytesMax: number;
  /** Directory for temporary files. */
  readonly spoolDirectory: string;
  /** Directory below which all splits and staging directories lie. */
  readonly dataDirectory: string;
  /** Takes each line that a child writes to its standard output or error. */
  onLog(line: string): void;
}

/** Starts the data service. */
export declare function openDataService(options: DataServiceOptions): Promise<DataService>;

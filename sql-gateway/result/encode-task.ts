import type { ResultColumn } from '../../spi/index.ts';

/** Text forms of rows. */
export type TextFormat = 'json' | 'ndjson' | 'csv';

/** One record batch to encode; it crosses to a worker thread. */
export interface EncodeTask {
  readonly format: TextFormat;
  readonly columns: readonly ResultColumn[];
  readonly options: Readonly<Record<string, string | boolean>>;
  readonly schemaFrame: Uint8Array;
  /** Null when there is no batch at all. */
  readonly frame: Uint8Array | null;
  /** True for the first batch of a result. */
  readonly first: boolean;
}

/** What became of it. */
export interface EncodedChunk {
  readonly bytes: Uint8Array;
  readonly rows: number;
}

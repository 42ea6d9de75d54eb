import { RecordBatchReader } from 'apache-arrow';
import type { PlanColumn } from '../../../spi/index.ts';
import type { Batch } from './batch.ts';
import { decodeBatch } from './decode-batch.ts';
import type { TextPool } from './text-pool.ts';

/** Reads the frames of one Arrow stream: a schema, then record batches. */
export class FrameReader {
  readonly #columns: readonly PlanColumn[];
  readonly #pool: TextPool;
  #schema: Uint8Array | null = null;

  constructor(columns: readonly PlanColumn[], pool: TextPool) {
    this.#columns = columns;
    this.#pool = pool;
  }

  /** Returns the rows of a frame, as added ones; none for the schema.
   *  @throws ENGINE_UNSUPPORTED when a column has not the Arrow type in which frames carry its type */
  read(frame: Uint8Array): readonly Batch[] {
    if (this.#schema === null) {
      this.#schema = frame;
      return [];
    }
    return Array.from(RecordBatchReader.from([this.#schema, frame]), (batch) => decodeBatch(batch, this.#columns, this.#pool));
  }
}

import { RecordBatchReader } from 'apache-arrow';
import { type ParquetSplit, PlatformError, type RunOptions, type ScanColumn, type TableSource } from '../../spi/index.ts';
import type { Row, Value } from './row.ts';

/** Reads splits one after the other. The host decodes the Parquet files in a process of its own; what comes back are Arrow IPC frames.
 *  Guarantees: stops the host's work when the reader stops.
 *  @throws what the host throws, RESOURCE_DEADLINE, the reason of the run's signal */
export async function* readSplits(
  tables: TableSource,
  splits: readonly ParquetSplit[],
  columns: readonly ScanColumn[],
  run: RunOptions,
): AsyncGenerator<Row, void, undefined> {
  for (const split of splits) {
    checkLimits(run);
    const frames = tables.read(split, columns, run.signal)[Symbol.asyncIterator]();
    try {
      const reader = await RecordBatchReader.from({ [Symbol.asyncIterator]: () => frames });
      for await (const batch of reader) {
        checkLimits(run);
        const vectors = columns.map((_, index) => batch.getChildAt(index));
        for (let row = 0; row < batch.numRows; row += 1) {
          yield new Map(columns.map((column, index) => [column.id, (vectors[index]?.get(row) ?? null) as Value]));
        }
      }
    } catch (error) {
      // What a read that is cancelled throws is its own affair; the run was cancelled.
      if (run.signal.aborted) throw PlatformError.from(run.signal.reason, 'ENGINE_CANCELLED');
      throw error;
    } finally {
      // The reader does not hand on that nobody reads any further.
      await frames.return?.();
    }
  }
}

/** Long work looks up now and then: between batches is often enough. */
function checkLimits(run: RunOptions): void {
  if (run.signal.aborted) throw PlatformError.from(run.signal.reason, 'ENGINE_CANCELLED');
  if (run.deadlineAtMs !== null && Date.now() > run.deadlineAtMs) {
    throw new PlatformError('RESOURCE_DEADLINE', 'the statement ran past its time limit');
  }
}

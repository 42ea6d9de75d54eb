import { RecordBatchReader } from 'apache-arrow';
import { PlatformError } from 'trivium/spi';

/** Yields the rows of files as maps from column id to value. The host leaves deleted rows out and decodes the rest. */
export async function* readSplits(tables, splits, columns, run) {
  for (const split of splits) {
    checkLimits(run);
    const frames = tables.read(split, columns, run.signal)[Symbol.asyncIterator]();
    try {
      for await (const batch of await RecordBatchReader.from({ [Symbol.asyncIterator]: () => frames })) {
        checkLimits(run);
        for (let index = 0; index < batch.numRows; index += 1) {
          yield new Map(columns.map(({ id }, column) => [id, batch.getChildAt(column).get(index) ?? null]));
        }
      }
    } catch (error) {
      throw run.signal.aborted ? PlatformError.from(run.signal.reason, 'ENGINE_CANCELLED') : error;
    } finally {
      // The reader does not hand on that nobody reads any further.
      await frames.return?.();
    }
  }
}

function checkLimits({ signal, deadlineAtMs }) {
  if (signal.aborted) throw PlatformError.from(signal.reason, 'ENGINE_CANCELLED');
  if (deadlineAtMs !== null && Date.now() > deadlineAtMs) throw new PlatformError('RESOURCE_DEADLINE', 'the statement ran past its time limit');
}

import { PlatformError } from '../../spi/index.ts';

/** How Node says that memory for an array cannot be had, or would be more than an array may have. */
const NO_MEMORY = /allocation failed|invalid (typed array|array buffer) length/i;

/** Returns the error of work in a process whose memory is capped: state that does not fit is the user's to know, not a fault. */
export function explainFailure(error: unknown): PlatformError {
  if (error instanceof RangeError && NO_MEMORY.test(error.message)) {
    return new PlatformError(
      'RESOURCE_MEMORY',
      'the state of the query does not fit into the memory of a stream process; group by less, or raise memoryBytesMax of the engine',
      { cause: error },
    );
  }
  return PlatformError.from(error, 'INTERNAL_INVARIANT');
}

import { type Logger, PlatformError } from '../../spi/index.ts';
import type { Candidate } from './choose-engine.ts';

/** Tries the candidates in order until one has begun to answer. A failure that is not retryable ends the search.
 *  @throws the last candidate's error, or the first that is not retryable */
export async function runOnFirstAble<Started>(
  candidates: readonly [Candidate, ...Candidate[]],
  signal: AbortSignal,
  log: Logger,
  start: (candidate: Candidate) => Promise<Started>,
): Promise<Started> {
  const last = candidates.length - 1;
  for (const [index, candidate] of candidates.entries()) {
    try {
      return await start(candidate);
    } catch (error) {
      const coded = PlatformError.from(error, 'ENGINE_FAILED');
      if (index === last || !coded.retryable || signal.aborted) throw coded;
      log.warn({ engine: candidate.name, code: coded.code }, 'engine failed before its first row; trying the next one');
    }
  }
  throw new PlatformError('INTERNAL_INVARIANT', 'there was no candidate to try');
}

/** A stream of frames whose beginning is there. */
export interface StartedFrames {
  readonly frames: AsyncIterable<Uint8Array>;
  /** Ends the source when it was not read to its end. */
  close(): Promise<void>;
}

/** Units: frames waited for before an answer begins: the schema and the first rows. */
const FRAMES_AHEAD = 2;

/** Waits for the schema and the first rows (or the end), so that a failure before them can still be told as an error.
 *  @throws what the source throws up to there */
export async function readAhead(source: AsyncIterable<Uint8Array>): Promise<StartedFrames> {
  const iterator = source[Symbol.asyncIterator]();
  const ahead: IteratorResult<Uint8Array>[] = [];
  let ended = false;
  while (ahead.length < FRAMES_AHEAD && !ended) {
    const next = await iterator.next();
    ended = next.done === true;
    ahead.push(next);
  }
  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    try {
      const result = ahead.shift() ?? (ended ? { done: true as const, value: undefined } : await iterator.next());
      ended ||= result.done === true;
      return result;
    } catch (error) {
      ended = true;
      throw error;
    }
  };
  const close = async (): Promise<void> => {
    ahead.length = 0;
    if (ended) return;
    ended = true;
    await iterator.return?.();
  };
  const finish = async (): Promise<IteratorResult<Uint8Array>> => {
    await close();
    return { done: true, value: undefined };
  };
  return { frames: { [Symbol.asyncIterator]: () => ({ next, return: finish }) }, close };
}

/** Passes frames on and adds up how long they were waited for, which leaves out how long the reader took.
 *  Guarantees: `onEnd` is called once when the source ended by itself or failed, not when the reader left. Units: milliseconds. */
export function measureFrames(
  source: AsyncIterable<Uint8Array>,
  onEnd: (waitedMs: number, error: unknown) => void,
): AsyncIterable<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  let waitedMs = 0;
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        const startedMs = performance.now();
        try {
          const result = await iterator.next();
          waitedMs += performance.now() - startedMs;
          if (result.done === true) onEnd(waitedMs, null);
          return result;
        } catch (error) {
          onEnd(waitedMs, error);
          throw error;
        }
      },
      return: async () => {
        await iterator.return?.();
        return { done: true, value: undefined };
      },
    }),
  };
}

/** Passes frames on and adds up how long they were waited for, which leaves out how long the reader took, and all that came before
 *  `begin` was called: waiting for others.
 *  Guarantees: `onEnd` is called once when the source ended by itself or failed, not when the reader left. Units: milliseconds. */
export function measureFrames(
  open: (begin: () => void) => AsyncIterable<Uint8Array>,
  onEnd: (waitedMs: number, error: unknown) => void,
): AsyncIterable<Uint8Array> {
  let waitedMs = 0;
  let startedMs = 0;
  const begin = (): void => {
    waitedMs = 0;
    startedMs = performance.now();
  };
  const iterator = open(begin)[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        startedMs = performance.now();
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

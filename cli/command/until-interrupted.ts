/** Does work under a signal that is aborted when the person at the terminal interrupts it. */
export async function untilInterrupted<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const interrupted = new AbortController();
  const onInterrupt = (): void => {
    interrupted.abort();
  };
  process.once('SIGINT', onInterrupt);
  try {
    return await work(interrupted.signal);
  } finally {
    process.off('SIGINT', onInterrupt);
  }
}

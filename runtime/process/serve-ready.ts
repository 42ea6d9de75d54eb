import { PlatformError } from '../../spi/index.ts';
import type { Channel } from './channel.ts';

/** Method that every child serves: answers when the child's setup is complete, with the setup's error when it failed. */
export const READY_METHOD = '$ready';

/** Lets the setup serve its methods, and tells the parent when that is done. */
export function serveReady(channel: Channel, setup: (channel: Channel) => Promise<void>): void {
  const ready = setup(channel).then(
    () => null,
    (error: unknown) => PlatformError.from(error, 'INTERNAL_INVARIANT'),
  );
  channel.serve({
    [READY_METHOD]: async () => {
      const error = await ready;
      if (error !== null) throw error;
      return null;
    },
  });
}

/** Waits until the other end said that it is ready.
 *  @throws the error of its setup, the lost code when it stays silent for so long */
export async function untilReady(channel: Channel, late: () => PlatformError, timeoutMs: number): Promise<void> {
  const tooLate = new AbortController();
  const timer = setTimeout(() => {
    tooLate.abort(late());
  }, timeoutMs);
  try {
    await channel.call(READY_METHOD, null, { signal: tooLate.signal });
  } finally {
    clearTimeout(timer);
  }
}

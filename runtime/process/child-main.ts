import { Socket } from 'node:net';
import { PlatformError } from '../../spi/index.ts';
import type { Channel } from './channel.ts';
import { createChannel } from './create-channel.ts';

/** Method that every child serves: answers when the child's setup is complete, with the setup's error when it failed. */
export const READY_METHOD = '$ready';

/** File descriptor at which a child finds the socket to its parent. */
const CHANNEL_FD = 3;

/** Runs in a child process: connects to the parent, lets the setup serve its methods, says that it is ready, and ends the process when the parent's end closes.
 *  Guarantees: an error that nobody caught ends the process, so that the parent sees it lost. */
export function runChild(setup: (channel: Channel) => Promise<void>): void {
  const channel = createChannel(new Socket({ fd: CHANNEL_FD, readable: true, writable: true }), { lostCode: 'INTERNAL_UNAVAILABLE' });
  void channel.closed.then(() => process.exit(0));
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

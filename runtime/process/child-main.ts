import { Socket } from 'node:net';
import type { Channel } from './channel.ts';
import { createChannel } from './create-channel.ts';
import { serveReady } from './serve-ready.ts';

/** File descriptor at which a child finds the socket to its parent. */
const CHANNEL_FD = 3;

/** Runs in a child process: connects to the parent, lets the setup serve its methods, says that it is ready, and ends the process when the parent's end closes.
 *  Guarantees: an error that nobody caught ends the process, so that the parent sees it lost. */
export function runChild(setup: (channel: Channel) => Promise<void>): void {
  const channel = createChannel(new Socket({ fd: CHANNEL_FD, readable: true, writable: true }), { lostCode: 'INTERNAL_UNAVAILABLE' });
  void channel.closed.then(() => process.exit(0));
  serveReady(channel, setup);
}

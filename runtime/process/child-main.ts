import { assert } from '../../spi/index.ts';
import type { Channel } from './channel.ts';

/** Runs in a child process: connects to the parent, lets the setup serve its methods, says that it is ready, and ends the process when the parent's end closes. */
export function runChild(setup: (channel: Channel) => Promise<void>): void {
  assert(setup.length > 1, 'children are not there yet');
}

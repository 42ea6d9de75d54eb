import { type MessagePort, workerData } from 'node:worker_threads';
import type { Channel } from './channel.ts';
import { createChannel } from './create-channel.ts';
import { createPortDuplex } from './port-duplex.ts';
import { serveReady } from './serve-ready.ts';

/** What a worker thread is given by `spawnWorker`. */
export interface WorkerSetup {
  readonly port: MessagePort;
}

/** Runs in a worker thread as `runChild` does in a process: the thread ends when the parent's end closes. */
export function runWorker(setup: (channel: Channel) => Promise<void>): void {
  const { port } = workerData as WorkerSetup;
  const channel = createChannel(createPortDuplex(port), { lostCode: 'INTERNAL_UNAVAILABLE' });
  // In a worker this ends the thread alone.
  void channel.closed.then(() => process.exit(0));
  serveReady(channel, setup);
}

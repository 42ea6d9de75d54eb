import { spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { join } from 'node:path';
import type { QueryMessage } from '../../../engines/duckdb/query-message.ts';
import { CHILD_METHODS, type ChildSettings } from '../../../engines/olap/child-message.ts';
import { createChannel, type Json } from '../../../runtime/process/index.ts';

/** An engine process of its own whose incoming bytes are recorded. */
export interface ReplayProcess {
  /** Runs a message and returns the frames of the answer. */
  run(message: QueryMessage): Promise<readonly Uint8Array[]>;
  /** Every byte that was sent to the process. */
  readonly sent: readonly Uint8Array[];
  close(): Promise<void>;
}

/** Starts the olap engine's process out of a built tree. */
export function startReplayProcess(tree: string, settings: ChildSettings, log: (line: string) => void): ReplayProcess {
  const entry = join(tree, 'engines/olap/child/olap-child.js');
  const child = spawn(process.execPath, [entry, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'pipe', 'pipe'], env: {} });
  child.stderr?.on('data', (text: Buffer) => {
    log(text.toString().trimEnd());
  });
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve();
    });
  });
  const socket = child.stdio[3] as Duplex;
  const sent = recordWrites(socket);
  const channel = createChannel(socket, { lostCode: 'ENGINE_LOST' });
  return {
    sent,
    async run(message) {
      await channel.call('$ready', null);
      const frames: Uint8Array[] = [];
      for await (const frame of channel.open(CHILD_METHODS.query, message as unknown as Json).frames) frames.push(frame);
      return frames;
    },
    async close() {
      channel.close();
      await exited;
    },
  };
}

function recordWrites(socket: Duplex): readonly Uint8Array[] {
  const sent: Uint8Array[] = [];
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  socket.write = ((chunk: Uint8Array, ...rest: unknown[]) => {
    sent.push(chunk);
    return write(chunk, ...rest);
  }) as typeof socket.write;
  return sent;
}

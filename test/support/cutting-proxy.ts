import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between a client and a server, and breaks connections in the middle of answers. */
export interface CuttingProxy {
  readonly url: string;
  /** How many connections it has broken. */
  readonly cuts: number;
  /** Breaks the connection that is used when so many bytes came to the client since then, or since the cut before. */
  cutAfter(...bytes: readonly number[]): void;
  close(): Promise<void>;
}

/** Starts a proxy of a port of this machine; it breaks nothing yet. */
export async function startCuttingProxy(port: number): Promise<CuttingProxy> {
  let planned: number[] = [];
  let cuts = 0;
  let bytes = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => {
      const [limit] = planned;
      if (limit === undefined || bytes + chunk.byteLength < limit) {
        bytes += chunk.byteLength;
        client.write(chunk);
        return;
      }
      planned = planned.slice(1);
      cuts += 1;
      const rest = limit - bytes;
      bytes = 0;
      upstream.pause();
      // Not a reset, which would take away bytes that the client has not read yet.
      client.end(chunk.subarray(0, rest));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    get cuts() {
      return cuts;
    },
    cutAfter: (...limits) => {
      planned = [...limits];
      bytes = 0;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

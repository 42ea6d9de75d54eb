import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Stands between a client and a server, and breaks connections in the middle of answers. */
export interface CuttingProxy {
  readonly url: string;
  /** How many connections it has broken. */
  readonly cuts: number;
  /** Breaks one connection after another when so many bytes came to the client over it. */
  cutAfter(...bytes: readonly number[]): void;
  close(): Promise<void>;
}

/** Starts a proxy of a port of this machine; it breaks nothing yet. */
export async function startCuttingProxy(port: number): Promise<CuttingProxy> {
  let planned: number[] = [];
  let cuts = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    let bytes = 0;
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
      upstream.destroy();
      client.write(chunk.subarray(0, limit - bytes), () => client.resetAndDestroy());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    get cuts() {
      return cuts;
    },
    cutAfter: (...bytes) => {
      planned = [...bytes];
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { PlatformError } from '../../spi/index.ts';

/** A connection that sends ready-made requests, one at a time, and puts next to nothing on top of the socket: what is measured with it is the server. */
export interface WireConnection {
  /** Sends the request and waits for its whole answer. @throws ENGINE_FAILED for an answer other than 200 */
  ask(request: Buffer): Promise<void>;
  close(): void;
}

/** Opens a connection to a port of this machine. */
export async function openWire(port: number): Promise<WireConnection> {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  await once(socket, 'connect');
  return { ask: (request) => ask(socket, request), close: () => socket.destroy() };
}

/** Returns the bytes of a POST with a JSON body. */
export function postRequest(path: string, token: string, accept: string, body: object): Buffer {
  const text = JSON.stringify(body);
  const lines = [
    `POST ${path} HTTP/1.1`,
    'host: 127.0.0.1',
    `authorization: Bearer ${token}`,
    `accept: ${accept}`,
    'content-type: application/json',
    `content-length: ${String(Buffer.byteLength(text))}`,
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${text}`);
}

/** Returns the bytes of a GET. */
export function getRequest(path: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`);
}

function ask(socket: Socket, request: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = '';
    const end = (error: Error | null): void => {
      socket.off('data', onData).off('close', onClose);
      if (error === null) resolve();
      else reject(error);
    };
    const onClose = (): void => {
      end(new PlatformError('ENGINE_LOST', 'the connection was closed'));
    };
    const onData = (chunk: Buffer): void => {
      received += chunk.toString('latin1');
      if (!isWhole(received)) return;
      end(received.startsWith('HTTP/1.1 200') ? null : new PlatformError('ENGINE_FAILED', received.slice(0, 500)));
    };
    socket.on('data', onData).once('close', onClose);
    socket.write(request);
  });
}

function isWhole(received: string): boolean {
  const head = received.indexOf('\r\n\r\n');
  if (head < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(received.slice(0, head))?.[1];
  return length === undefined ? received.endsWith('\r\n0\r\n\r\n') : received.length >= head + 4 + Number(length);
}

import { Duplex } from 'node:stream';
import type { MessagePort } from 'node:worker_threads';

/** Returns a duplex stream over a message port that nobody else uses.
 *  Guarantees: what is written may be kept by the writer: it is copied once into memory of its own, which is transferred, not copied again. */
export function createPortDuplex(port: MessagePort): Duplex {
  const send = (chunks: readonly Uint8Array[]): void => {
    const length = chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
    const bytes = Buffer.allocUnsafeSlow(length);
    let offset = 0;
    for (const chunk of chunks) {
      bytes.set(chunk, offset);
      offset += chunk.byteLength;
    }
    port.postMessage(bytes, [bytes.buffer]);
  };
  const stream = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      send([chunk]);
      done();
    },
    writev: (chunks, done) => {
      send(chunks.map(({ chunk }) => chunk as Buffer));
      done();
    },
    destroy: (error, done) => {
      port.close();
      done(error);
    },
  });
  port.on('message', (bytes: Uint8Array) => {
    stream.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  });
  port.on('close', () => {
    stream.push(null);
  });
  return stream;
}

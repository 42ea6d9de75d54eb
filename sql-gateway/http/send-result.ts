import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { TLSSocket } from 'node:tls';
import { PlatformError } from '../../spi/index.ts';
import { type CompressingWriter, createCompressingWriter } from './compressing-writer.ts';
import type { ContentCoding } from './content-coding.ts';
import type { EncodedChunk } from '../result/encoded-chunk.ts';

/** How a result is sent. */
export interface SendOptions {
  readonly headers: Readonly<Record<string, string | number | string[]>>;
  /** How the bytes are coded; nothing is done to a result that is small as a whole. */
  readonly coding: ContentCoding;
  /** How long the client may read nothing. */
  readonly stallMs: number;
  /** Sees what was handed to the socket. */
  onSent(rows: number, bytes: number): void;
}

/** Units: bytes that are gathered into one write: a small result leaves as one. */
const GATHER_BYTES = 16 << 10;

/** Units: bytes of a result that is not worth the coding. */
const CODED_BYTES_MIN = 1024;

/** Units: milliseconds that a piece waits for its successor. */
const GATHER_MS = 5;

/** Sends a result as it comes, holding its source back while the client does not read. Small pieces that follow each other closely leave together.
 *  Guarantees: nothing is sent before the first piece is there; a failure after the first write breaks the connection without a proper end,
 *  so that no client takes a part for the whole.
 *  @throws what the pieces throw, ENGINE_CANCELLED when the client goes away or reads nothing for too long */
export async function sendResult(response: ServerResponse, chunks: AsyncIterable<EncodedChunk>, options: SendOptions): Promise<void> {
  const iterator = chunks[Symbol.asyncIterator]();
  const writer = options.coding === 'identity' ? null : createCompressingWriter(options.coding);
  try {
    await sendPieces(response, iterator, options, writer);
  } catch (error) {
    if (response.headersSent) {
      // A reset reaches even clients that take the end of the connection for the end of the answer. Under TLS the missing last chunk must do.
      if (response.socket instanceof TLSSocket) response.socket.destroy();
      else response.socket?.resetAndDestroy();
      response.destroy();
    }
    throw error;
  } finally {
    writer?.close();
    await iterator.return?.();
  }
}

async function sendPieces(
  response: ServerResponse,
  iterator: AsyncIterator<EncodedChunk>,
  options: SendOptions,
  writer: CompressingWriter | null,
): Promise<void> {
  const codedHeaders = writer === null ? options.headers : { ...options.headers, 'content-encoding': options.coding };
  let gathered: Uint8Array[] = [];
  let gatheredBytes = 0;
  let coming = iterator.next();
  for (;;) {
    // A piece that waits is sent after a while, whether its successor is there or not.
    const next = gatheredBytes === 0 ? await coming : await within(coming, GATHER_MS);
    if (next?.done === true) break;
    if (next !== null) {
      const { bytes, rows } = next.value;
      options.onSent(rows, bytes.byteLength);
      gathered.push(bytes);
      gatheredBytes += bytes.byteLength;
    }
    if (next === null || gatheredBytes >= GATHER_BYTES) {
      const coded = writer === null ? gathered : await writer.code(gathered);
      if (!response.headersSent) response.writeHead(200, codedHeaders);
      const drained = coded.map((bytes) => response.write(bytes)).every(Boolean);
      gathered = [];
      gatheredBytes = 0;
      if (!drained) await waitFor(response, 'drain', options.stallMs);
      if (response.destroyed) throw clientGone();
    }
    if (next !== null) coming = iterator.next();
  }
  const isSmall = !response.headersSent && gatheredBytes < CODED_BYTES_MIN;
  const last = Buffer.concat(writer === null || isSmall ? gathered : await writer.end(gathered));
  const headers = isSmall ? options.headers : codedHeaders;
  if (!response.headersSent) response.writeHead(200, { ...headers, 'content-length': last.byteLength });
  response.end(last);
  if (!response.writableFinished) await waitFor(response, 'finish', options.stallMs);
}

/** Returns what the promise gives, or null when that takes longer. */
async function within<Value>(promise: Promise<Value>, timeoutMs: number): Promise<Value | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => {
      resolve(null);
    }, timeoutMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

async function waitFor(response: ServerResponse, event: 'drain' | 'finish', stallMs: number): Promise<void> {
  const { socket } = response;
  if (socket === null || response.destroyed) throw clientGone();
  const stalled = new AbortController();
  const onTimeout = (): void => {
    stalled.abort(
      new PlatformError('ENGINE_CANCELLED', `The client read nothing of its result for ${String(stallMs)} ms and was dropped.`),
    );
  };
  const onClose = (): void => {
    stalled.abort(clientGone());
  };
  // The socket's own timer counts from the last byte that the kernel took, so a slow reader is not a stalled one.
  socket.setTimeout(stallMs);
  socket.once('timeout', onTimeout);
  response.once('close', onClose);
  try {
    await once(response, event, { signal: stalled.signal });
  } catch (error) {
    throw stalled.signal.aborted ? stalled.signal.reason : error;
  } finally {
    // After the end the timer belongs to the server, which closes idle connections by it.
    if (event === 'drain') socket.setTimeout(0);
    socket.off('timeout', onTimeout);
    response.off('close', onClose);
  }
}

function clientGone(): PlatformError {
  return new PlatformError('ENGINE_CANCELLED', 'The client went away before it had read its result.');
}

import type { IncomingMessage } from 'node:http';
import { PlatformError } from '../../spi/index.ts';

/** What a body must keep to. */
export interface BodyLimits {
  readonly bytesMax: number;
  /** 0 for none. */
  readonly bytesPerSecondMin: number;
  /** Length of the spans over which the rate is measured. */
  readonly graceMs: number;
}

/** Takes the pieces of a body as they come; a promise returned holds the sender back. */
export type BodyTaker = (chunk: Buffer) => Promise<void> | undefined;

/** Reads a request's body to its end.
 *  @throws RESOURCE_BODY_TOO_LARGE before more than the limit is read, RESOURCE_BODY_TOO_SLOW when the sender dawdles,
 *    ENGINE_CANCELLED when it goes away, the signal's reason when it is aborted */
export async function receiveBody(request: IncomingMessage, limits: BodyLimits, take: BodyTaker, signal?: AbortSignal): Promise<void> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > limits.bytesMax) throw tooLarge(limits.bytesMax);
  // What has happened already is not told by an event any more.
  signal?.throwIfAborted();
  if (request.destroyed) throw senderGone();
  let received = 0;
  await new Promise<void>((resolve, reject) => {
    let taking: Promise<void> | undefined;
    const stopWatch = watchRate(
      request,
      limits,
      () => received,
      () => taking !== undefined,
      fail,
    );
    function fail(reason: unknown): void {
      stop();
      request.pause();
      reject(PlatformError.from(reason, 'STORAGE_IO'));
    }
    function onData(chunk: Buffer): void {
      received += chunk.byteLength;
      if (received > limits.bytesMax) {
        fail(tooLarge(limits.bytesMax));
        return;
      }
      const taken = take(chunk);
      if (taken === undefined) return;
      request.pause();
      taking = taken.then(() => {
        taking = undefined;
        request.resume();
      });
      taking.catch(fail);
    }
    function onEnd(): void {
      stop();
      if (taking === undefined) resolve();
      else taking.then(resolve, reject);
    }
    function onClose(): void {
      fail(senderGone());
    }
    function onAbort(): void {
      fail(signal?.reason);
    }
    function stop(): void {
      stopWatch();
      signal?.removeEventListener('abort', onAbort);
      request.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
    }
    request.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** Reads a whole body into memory, in the way given. */
export async function readBody(request: IncomingMessage, limits: BodyLimits, receive = receiveBody): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await receive(request, limits, (chunk) => {
    chunks.push(chunk);
    return undefined;
  });
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}

/** Reads on for a moment without keeping anything: a client that is still sending would otherwise not see the answer. */
export async function discardBody(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return;
  let left = DISCARD_BYTES_MAX;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(stop, DISCARD_MS_MAX);
    function onData(chunk: Buffer): void {
      left -= chunk.byteLength;
      if (left < 0) stop();
    }
    function stop(): void {
      clearTimeout(timer);
      request.off('data', onData).off('end', stop).off('close', stop).off('error', stop);
      request.pause();
      resolve();
    }
    request.on('data', onData).on('end', stop).on('close', stop).on('error', stop);
    request.resume();
  });
}

const DISCARD_BYTES_MAX = 16 * 2 ** 20;

const DISCARD_MS_MAX = 2000;

function watchRate(
  request: IncomingMessage,
  { bytesPerSecondMin, graceMs }: BodyLimits,
  received: () => number,
  heldBack: () => boolean,
  fail: (error: PlatformError) => void,
): () => void {
  if (bytesPerSecondMin === 0 || request.complete) return () => undefined;
  let before = 0;
  let heldBackBefore = false;
  const timer = setInterval(() => {
    const now = received();
    const bytesPerSecond = ((now - before) * 1000) / graceMs;
    // While we make the sender wait, its rate says nothing about it.
    if (bytesPerSecond < bytesPerSecondMin && !heldBack() && !heldBackBefore) fail(tooSlow(bytesPerSecondMin));
    before = now;
    heldBackBefore = heldBack();
  }, graceMs);
  return () => {
    clearInterval(timer);
  };
}

function senderGone(): PlatformError {
  return new PlatformError('ENGINE_CANCELLED', 'The client went away while it sent the request.');
}

/** Returns the error of a body beyond its limit. */
export function tooLarge(bytesMax: number): PlatformError {
  return new PlatformError('RESOURCE_BODY_TOO_LARGE', `The body is larger than ${String(bytesMax)} bytes.`, { details: { bytesMax } });
}

function tooSlow(bytesPerSecondMin: number): PlatformError {
  return new PlatformError('RESOURCE_BODY_TOO_SLOW', `The body arrives at less than ${String(bytesPerSecondMin)} bytes per second.`, {
    details: { bytesPerSecondMin },
  });
}

import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createGunzip } from 'node:zlib';
import { PlatformError } from '../../spi/index.ts';
import { type BodyLimits, type BodyTaker, receiveBody, tooLarge } from './read-body.ts';

/** Reads a request's body to its end, inflated where it says `Content-Encoding: gzip`. The largest size holds for what comes out too, so that few
 *  bytes cannot become many.
 *  @throws REQUEST_INVALID for another coding and for what is no gzip, else what `receiveBody` throws */
export async function receiveInflated(request: IncomingMessage, limits: BodyLimits, take: BodyTaker, signal?: AbortSignal): Promise<void> {
  const coding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (coding === 'identity' || coding === '') return receiveBody(request, limits, take, signal);
  if (coding !== 'gzip' && coding !== 'x-gzip') {
    throw new PlatformError('REQUEST_INVALID', `Bodies with the content encoding '${coding.slice(0, 50)}' are not taken.`, {
      hint: 'Send gzip, or none.',
    });
  }
  const gunzip = createGunzip();
  const consumed = consume(gunzip, limits.bytesMax, take);
  // It is waited for below; until then its failure must not count as unhandled.
  consumed.catch(() => undefined);
  try {
    await receiveBody(
      request,
      limits,
      (chunk) => (gunzip.write(chunk) ? undefined : Promise.race([once(gunzip, 'drain').then(() => undefined), failureOf(consumed)])),
      signal,
    );
    gunzip.end();
    await consumed;
  } finally {
    gunzip.destroy();
  }
}

async function consume(inflated: AsyncIterable<Buffer>, bytesMax: number, take: BodyTaker): Promise<void> {
  let bytes = 0;
  try {
    for await (const chunk of inflated) {
      bytes += chunk.byteLength;
      if (bytes > bytesMax) throw tooLarge(bytesMax);
      await take(chunk);
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (error instanceof PlatformError || code?.startsWith('Z_') !== true) throw error;
    throw new PlatformError('REQUEST_INVALID', `The body is not whole gzip data: ${message}.`, { cause: error });
  }
}

/** Never fulfils. */
async function failureOf(work: Promise<void>): Promise<undefined> {
  await work;
  return new Promise<undefined>(() => undefined);
}

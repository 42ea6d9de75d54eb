import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { PlatformError } from '../../../../spi/index.ts';
import { readBody, receiveBody } from '../../../../sql-gateway/http/read-body.ts';

const LIMITS = { bytesMax: 10, bytesPerSecondMin: 0, graceMs: 1000 };

/** A request as far as bodies go: a stream with headers. */
function requestOf(headers: Record<string, string> = {}): IncomingMessage & PassThrough {
  return Object.assign(new PassThrough(), { headers, complete: false }) as unknown as IncomingMessage & PassThrough;
}

describe('the body of a request', () => {
  it('is read to its end', async () => {
    const request = requestOf();
    request.write('abc');
    request.end('def');
    expect((await readBody(request, LIMITS)).toString()).toBe('abcdef');
  });

  it('is refused when it is too large, announced or not', async () => {
    await expect(readBody(requestOf({ 'content-length': '11' }), LIMITS)).rejects.toMatchObject({ code: 'RESOURCE_BODY_TOO_LARGE' });
    const request = requestOf();
    request.end('x'.repeat(11));
    await expect(readBody(request, LIMITS)).rejects.toMatchObject({ code: 'RESOURCE_BODY_TOO_LARGE' });
  });

  it('fails when its sender has gone away before it was asked for, or goes away later', async () => {
    const gone = requestOf();
    gone.destroy();
    await expect(readBody(gone, LIMITS)).rejects.toMatchObject({ code: 'ENGINE_CANCELLED' });
    const going = requestOf();
    const body = readBody(going, LIMITS);
    going.destroy();
    await expect(body).rejects.toMatchObject({ code: 'ENGINE_CANCELLED' });
  });

  it('fails when the work was cancelled before, or is cancelled later', async () => {
    const reason = new PlatformError('INTERNAL_UNAVAILABLE', 'stopping');
    const never = () => undefined;
    await expect(receiveBody(requestOf(), LIMITS, never, AbortSignal.abort(reason))).rejects.toBe(reason);
    const abort = new AbortController();
    const received = receiveBody(requestOf(), LIMITS, never, abort.signal);
    abort.abort(reason);
    await expect(received).rejects.toBe(reason);
  });

  it('is taken piece by piece: the sender waits while a piece is worked on', async () => {
    const request = requestOf();
    const order: string[] = [];
    const received = receiveBody(request, LIMITS, async (chunk) => {
      order.push(`begin ${chunk.toString()}`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`end ${chunk.toString()}`);
    });
    request.write('a');
    request.write('b');
    request.end();
    await received;
    expect(order).toEqual(['begin a', 'end a', 'begin b', 'end b']);
  });

  it('fails with what its taker fails with', async () => {
    const request = requestOf();
    request.end('a');
    const full = new PlatformError('RESOURCE_DISK', 'no space');
    await expect(receiveBody(request, LIMITS, () => Promise.reject(full))).rejects.toBe(full);
  });

  it('is refused when it comes too slowly', async () => {
    const request = requestOf();
    request.write('a');
    await expect(readBody(request, { ...LIMITS, bytesPerSecondMin: 1000, graceMs: 20 })).rejects.toMatchObject({
      code: 'RESOURCE_BODY_TOO_SLOW',
    });
  });
});

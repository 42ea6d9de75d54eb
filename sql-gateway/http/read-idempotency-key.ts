import type { FastifyRequest } from 'fastify';
import { PlatformError } from '../../spi/index.ts';

/** Returns the request's idempotency key, null when it has none.
 *  @throws REQUEST_INVALID for a key that is empty, long or not of visible ASCII characters */
export function readIdempotencyKey(request: FastifyRequest): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,200}$/.test(key)) return key;
  throw new PlatformError('REQUEST_INVALID', 'Idempotency-Key must have 1 to 200 visible ASCII characters and stand once.');
}

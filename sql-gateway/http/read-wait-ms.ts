import { PlatformError } from '../../spi/index.ts';

/** Units: milliseconds that a request may wait at most: longer silences are cut by what stands between client and server. */
export const WAIT_MS_MAX = 60_000;

/** Returns how long a request is ready to wait for what it asks for; 0 when it says nothing.
 *  @throws REQUEST_INVALID */
export function readWaitMs(given: string | undefined): number {
  if (given === undefined) return 0;
  const waitMs = /^\d{1,5}$/.test(given) ? Number(given) : Infinity;
  if (waitMs <= WAIT_MS_MAX) return waitMs;
  throw new PlatformError('REQUEST_INVALID', `'waitMs' must be a whole number of milliseconds from 0 to ${String(WAIT_MS_MAX)}.`);
}

import { PlatformError } from '../../spi/index.ts';

/** Slows down who guesses tokens. */
export interface TokenThrottle {
  /** Called before a token is looked at. @throws AUTH_THROTTLED while the address has guessed too often */
  check(address: string): void;
  /** Notes that a token from the address was wrong. */
  fail(address: string): void;
}

/** Wrong tokens that an address may send at once, and how many more each second. */
const FAILURES_MAX = 30;
const FAILURES_PER_SECOND = 1;

/** Addresses that are remembered; the one that failed longest ago is forgotten. */
const ADDRESSES_MAX = 10_000;

/** Creates a throttle that knows of no failure.
 *  @param nowMs the clock. Units: milliseconds */
export function createTokenThrottle(nowMs: () => number = Date.now): TokenThrottle {
  const failures = new Map<string, { readonly count: number; readonly atMs: number }>();
  const countOf = (key: string): number => {
    const known = failures.get(key);
    return known === undefined ? 0 : Math.max(0, known.count - ((nowMs() - known.atMs) / 1000) * FAILURES_PER_SECOND);
  };
  return {
    check: (address) => {
      if (failures.size === 0 || countOf(networkOf(address)) < FAILURES_MAX) return;
      // A right token is refused as well: otherwise the answer would tell that a guess was right.
      throw new PlatformError('AUTH_THROTTLED', 'Too many wrong tokens came from your address.', {
        hint: 'Wait a second, and send the right token.',
      });
    },
    fail: (address) => {
      const key = networkOf(address);
      const count = countOf(key) + 1;
      failures.delete(key);
      failures.set(key, { count, atMs: nowMs() });
      const oldest = failures.keys().next();
      if (failures.size > ADDRESSES_MAX && oldest.done !== true) failures.delete(oldest.value);
    },
  };
}

/** A single host has 2^64 addresses of IPv6 for itself, so they count as one. */
function networkOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}

import { PlatformError } from './platform-error.ts';

/** Checks a promise that only a bug can break.
 *  @throws INTERNAL_INVARIANT when the condition is false. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new PlatformError('INTERNAL_INVARIANT', message);
}

/** Marks a branch that the types exclude.
 *  @throws INTERNAL_INVARIANT always. */
export function unreachable(value: never, what: string): never {
  throw new PlatformError('INTERNAL_INVARIANT', `unexpected ${what}: ${JSON.stringify(value)}`);
}

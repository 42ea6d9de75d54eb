import { PlatformError, type TableRef } from '../../spi/index.ts';

/** Remembers what was committed under the last idempotency keys, so that a key used for something else is noticed. */
export interface IdempotencyMemory {
  /** @throws REQUEST_IDEMPOTENCY when the key stood for another body */
  check(table: TableRef, key: string, bodyDigest: string): void;
  /** Takes a key whose rows are committed.
   *  @throws REQUEST_IDEMPOTENCY when another body was committed under it meanwhile */
  remember(table: TableRef, key: string, bodyDigest: string): void;
}

/** Creates an empty memory of bounded size. */
export function createIdempotencyMemory(keysMax: number): IdempotencyMemory {
  const digests = new Map<string, string>();
  const entryOf = (table: TableRef, key: string): string => `${table.uuid}/${key}`;
  const memory: IdempotencyMemory = {
    check: (table, key, bodyDigest) => {
      const known = digests.get(entryOf(table, key));
      if (known === undefined || known === bodyDigest) return;
      throw new PlatformError('REQUEST_IDEMPOTENCY', `The idempotency key '${key}' was used for other rows of this table.`, {
        hint: 'Take a new key for new rows.',
      });
    },
    remember: (table, key, bodyDigest) => {
      memory.check(table, key, bodyDigest);
      digests.set(entryOf(table, key), bodyDigest);
      const oldest = digests.keys().next();
      if (digests.size > keysMax && oldest.done !== true) digests.delete(oldest.value);
    },
  };
  return memory;
}

import { describe, expect, it } from 'vitest';
import { createIdempotencyMemory } from '../../../../sql-gateway/query/idempotency-memory.ts';

const table = { schema: 'main', name: 't', uuid: 'u' };
const reused = expect.objectContaining({ code: 'REQUEST_IDEMPOTENCY' }) as Error;

describe('the memory of idempotency keys', () => {
  it('refuses a key for another body, of the same table only', () => {
    const memory = createIdempotencyMemory(10);
    memory.remember(table, 'k', 'one');
    memory.check(table, 'k', 'one');
    memory.check({ ...table, uuid: 'v' }, 'k', 'two');
    expect(() => {
      memory.check(table, 'k', 'two');
    }).toThrow(reused);
  });

  it('refuses to remember a key that another body took meanwhile', () => {
    const memory = createIdempotencyMemory(10);
    memory.remember(table, 'k', 'one');
    expect(() => {
      memory.remember(table, 'k', 'two');
    }).toThrow(reused);
  });

  it('does not count a key that was only checked', () => {
    const memory = createIdempotencyMemory(10);
    memory.check(table, 'k', 'one');
    memory.check(table, 'k', 'two');
  });

  it('forgets the oldest key beyond its limit', () => {
    const memory = createIdempotencyMemory(1);
    memory.remember(table, 'a', 'one');
    memory.remember(table, 'b', 'one');
    memory.check(table, 'a', 'two');
    expect(() => {
      memory.check(table, 'b', 'two');
    }).toThrow(reused);
  });
});

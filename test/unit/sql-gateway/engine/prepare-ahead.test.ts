import { expect, test, vi } from 'vitest';
import type { BoundQuery } from '../../../../spi/index.ts';
import type { Json } from '../../../../runtime/process/index.ts';
import { PrepareAhead } from '../../../../sql-gateway/engine/host/prepare-ahead.ts';

const query = (): BoundQuery => ({}) as BoundQuery;
const made = (prepared: number) => Promise.resolve({ prepared, columns: [] });

function open(): { readonly ahead: PrepareAhead; readonly sent: (readonly [string, Json])[] } {
  const sent: (readonly [string, Json])[] = [];
  const call = (method: string, params: Json): Promise<Json> => {
    sent.push([method, params]);
    return Promise.resolve(null);
  };
  return { ahead: new PrepareAhead({ call }), sent };
}

test('a query is made ready ahead where the engine was chosen before, and no more once it is not chosen', () => {
  const { ahead } = open();
  expect(ahead.wants()).toBe(false);
  expect(ahead.claim(query())).toBe(null);
  expect([ahead.wants(), ahead.wants(), ahead.wants()]).toEqual([true, true, false]);
});

test('what was made ready is claimed once', async () => {
  const { ahead, sent } = open();
  const asked = query();
  ahead.keep(asked, made(1));
  expect(await ahead.claim(asked)).toEqual({ prepared: 1, columns: [] });
  expect(ahead.claim(asked)).toBe(null);
  expect(sent).toEqual([]);
});

test('the oldest of many that nobody claims are closed', async () => {
  vi.useFakeTimers();
  const { ahead, sent } = open();
  for (let number = 1; number <= 18; number += 1) ahead.keep(query(), made(number));
  await vi.advanceTimersByTimeAsync(20);
  expect(sent).toEqual([['closePrepared', [1, 2]]]);
  vi.useRealTimers();
});

test('closed queries go with the next message, or soon without one', async () => {
  vi.useFakeTimers();
  const { ahead, sent } = open();
  ahead.close(1);
  ahead.close(2);
  expect(ahead.takeClosed()).toEqual([1, 2]);
  await vi.advanceTimersByTimeAsync(100);
  expect(sent).toEqual([]);
  ahead.close(3);
  await vi.advanceTimersByTimeAsync(20);
  expect(sent).toEqual([['closePrepared', [3]]]);
  vi.useRealTimers();
});

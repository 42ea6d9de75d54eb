import { describe, expect, it } from 'vitest';
import { PlatformError } from '../../../../spi/index.ts';
import { createWaitingLine } from '../../../../sql-gateway/query/waiting-line.ts';

const never = new AbortController().signal;

describe('a waiting line', () => {
  it('lets waiting statements in, in the order in which they came', async () => {
    const line = createWaitingLine({ running: 1, queued: 2 });
    const order: string[] = [];
    const leaveFirst = await line.enter(never);
    const second = line.enter(never).then((leave) => {
      order.push('second');
      leave();
    });
    const third = line.enter(never).then((leave) => {
      order.push('third');
      leave();
    });
    expect(line.state).toEqual({ running: 1, queued: 2 });
    leaveFirst();
    await Promise.all([second, third]);
    expect(order).toEqual(['second', 'third']);
    expect(line.state).toEqual({ running: 0, queued: 0 });
  });

  it('lets those of a smaller order in first', async () => {
    const line = createWaitingLine({ running: 1, queued: 9 });
    const leaveFirst = await line.enter(never);
    const came: string[] = [];
    const enter = (name: string, order: number): Promise<void> =>
      line.enter(never, order).then((leave) => {
        came.push(name);
        leave();
      });
    const all = [enter('b1', 2), enter('c', 3), enter('a', -1), enter('b2', 2)];
    leaveFirst();
    await Promise.all(all);
    expect(came).toEqual(['a', 'b1', 'b2', 'c']);
  });

  it('refuses at once when the queue is full', async () => {
    const line = createWaitingLine({ running: 1, queued: 0 });
    await line.enter(never);
    await expect(line.enter(never)).rejects.toMatchObject({ code: 'RESOURCE_BUSY', retryable: true });
  });

  it('forgets a statement that is cancelled while it waits', async () => {
    const line = createWaitingLine({ running: 1, queued: 1 });
    const leave = await line.enter(never);
    const abort = new AbortController();
    const waiting = line.enter(abort.signal);
    abort.abort(new PlatformError('ENGINE_CANCELLED', 'stop'));
    await expect(waiting).rejects.toMatchObject({ code: 'ENGINE_CANCELLED' });
    leave();
    expect(line.state).toEqual({ running: 0, queued: 0 });
  });

  it('counts a place given back twice once', async () => {
    const line = createWaitingLine({ running: 2, queued: 0 });
    const leave = await line.enter(never);
    await line.enter(never);
    leave();
    leave();
    expect(line.state.running).toBe(1);
  });
});

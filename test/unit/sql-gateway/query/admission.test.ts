import { describe, expect, it } from 'vitest';
import { PlatformError } from '../../../../spi/index.ts';
import { createAdmission } from '../../../../sql-gateway/query/admission.ts';

const never = new AbortController().signal;

describe('admission', () => {
  it('lets waiting statements in, in the order in which they came', async () => {
    const admission = createAdmission({ running: 1, queued: 2 });
    const order: string[] = [];
    const leaveFirst = await admission.enter(never);
    const second = admission.enter(never).then((leave) => {
      order.push('second');
      leave();
    });
    const third = admission.enter(never).then((leave) => {
      order.push('third');
      leave();
    });
    expect(admission.state).toEqual({ running: 1, queued: 2 });
    leaveFirst();
    await Promise.all([second, third]);
    expect(order).toEqual(['second', 'third']);
    expect(admission.state).toEqual({ running: 0, queued: 0 });
  });

  it('refuses at once when the queue is full', async () => {
    const admission = createAdmission({ running: 1, queued: 0 });
    await admission.enter(never);
    await expect(admission.enter(never)).rejects.toMatchObject({ code: 'RESOURCE_BUSY', retryable: true });
  });

  it('forgets a statement that is cancelled while it waits', async () => {
    const admission = createAdmission({ running: 1, queued: 1 });
    const leave = await admission.enter(never);
    const abort = new AbortController();
    const waiting = admission.enter(abort.signal);
    abort.abort(new PlatformError('ENGINE_CANCELLED', 'stop'));
    await expect(waiting).rejects.toMatchObject({ code: 'ENGINE_CANCELLED' });
    leave();
    expect(admission.state).toEqual({ running: 0, queued: 0 });
  });

  it('counts a place given back twice once', async () => {
    const admission = createAdmission({ running: 2, queued: 0 });
    const leave = await admission.enter(never);
    await admission.enter(never);
    leave();
    leave();
    expect(admission.state.running).toBe(1);
  });
});

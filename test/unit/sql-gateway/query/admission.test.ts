import { describe, expect, it } from 'vitest';
import { PlatformError } from '../../../../spi/index.ts';
import { createAdmission } from '../../../../sql-gateway/query/admission.ts';

const never = new AbortController().signal;

describe('admission', () => {
  it('gives short statements their turn while long ones have all of theirs', async () => {
    const admission = createAdmission({ running: 1, queued: 2 });
    const [first, second, short] = await Promise.all([1, 2, 3].map(() => admission.enter(never)));
    await first?.take('long');
    let waits = false;
    let turned = false;
    const turn = second?.take('long', () => (waits = true)).then(() => (turned = true));
    await short?.take('short');
    expect(waits).toBe(true);
    expect(turned).toBe(false);
    expect(admission.state).toEqual({ running: 2, queued: 1 });
    first?.leave();
    await turn;
    short?.leave();
    second?.leave();
    await Promise.resolve();
    expect(admission.state).toEqual({ running: 0, queued: 0 });
  });

  it('refuses at once when all places are taken, and says what the limits are', async () => {
    const admission = createAdmission({ running: 1, queued: 1 });
    const [first] = await Promise.all([admission.enter(never), admission.enter(never)]);
    await expect(admission.enter(never)).rejects.toMatchObject({
      code: 'RESOURCE_BUSY',
      message: '1 statements are running and 1 are waiting: no more are taken now.',
    });
    first.leave();
    await admission.enter(never);
  });

  it('decides the lane once', async () => {
    const admission = createAdmission({ running: 1, queued: 1 });
    const [first, second] = await Promise.all([admission.enter(never), admission.enter(never)]);
    await first.take('short');
    await first.take('long');
    await second.take('long');
    expect(admission.state).toEqual({ running: 2, queued: 0 });
  });

  it('forgets a statement that is cancelled while it waits for its turn', async () => {
    const admission = createAdmission({ running: 1, queued: 1 });
    const abort = new AbortController();
    const [first, second] = await Promise.all([admission.enter(never), admission.enter(abort.signal)]);
    await first.take('long');
    const waiting = second.take('long');
    abort.abort(new PlatformError('ENGINE_CANCELLED', 'stop'));
    await expect(waiting).rejects.toMatchObject({ code: 'ENGINE_CANCELLED' });
    second.leave();
    first.leave();
    await new Promise((resolve) => setImmediate(resolve));
    expect(admission.state).toEqual({ running: 0, queued: 0 });
  });
});

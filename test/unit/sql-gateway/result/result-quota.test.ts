import { describe, expect, it } from 'vitest';
import { createResultQuota } from '../../../../sql-gateway/result/result-quota.ts';

const KIB = 1024;

describe('the room for results', () => {
  it('gives each result 128 KiB from its start, so that a small one never fails for want of room', () => {
    const quota = createResultQuota({ resultBytesMax: 2 ** 20, spoolBytesMax: 300 * KIB });
    const rooms = [quota.open(), quota.open()];
    expect(() => quota.open()).toThrow(expect.objectContaining({ code: 'RESOURCE_SPOOL' }));
    for (const room of rooms) room.take(128 * KIB);
    expect(quota.bytes).toBe(256 * KIB);
  });

  it('is bounded for one result, and for all together', () => {
    const quota = createResultQuota({ resultBytesMax: 400 * KIB, spoolBytesMax: 500 * KIB });
    const first = quota.open();
    first.take(300 * KIB);
    expect(() => {
      first.take(101 * KIB);
    }).toThrow(expect.objectContaining({ code: 'RESOURCE_RESULT_BYTES', retryable: false }));
    const second = quota.open();
    expect(() => {
      second.take(201 * KIB);
    }).toThrow(expect.objectContaining({ code: 'RESOURCE_SPOOL', retryable: true }));
    first.take(50 * KIB);
    expect(quota.bytes).toBe(350 * KIB + 128 * KIB);
  });

  it('is given back once, however often it is given back', () => {
    const quota = createResultQuota({ resultBytesMax: 2 ** 20, spoolBytesMax: 2 ** 20 });
    const [room, other] = [quota.open(), quota.open()];
    room.take(500 * KIB);
    room.free();
    room.free();
    expect(quota.bytes).toBe(128 * KIB);
    other.free();
    expect(quota.bytes).toBe(0);
  });
});

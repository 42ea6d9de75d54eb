import { describe, expect, it } from 'vitest';
import { isInShare } from '../../../../sql-gateway/engine/canary-share.ts';
import { createQueryId } from '../../../../sql-gateway/query/create-query-id.ts';

const IDS = Array.from({ length: 20_000 }, () => createQueryId(1_700_000_000_000));

describe('the share of a canary', () => {
  it('holds about as many statements as it says, also of those made in the same millisecond', () => {
    for (const share of [0.05, 0.5]) {
      const inside = IDS.filter((id) => isInShare(id, share)).length / IDS.length;
      expect(inside).toBeGreaterThan(share * 0.85);
      expect(inside).toBeLessThan(share * 1.15);
    }
  });

  it('holds none for 0 and all for 1', () => {
    expect(IDS.some((id) => isInShare(id, 0))).toBe(false);
    expect(IDS.every((id) => isInShare(id, 1))).toBe(true);
  });

  it('keeps a statement inside when it grows', () => {
    const small = IDS.filter((id) => isInShare(id, 0.1));
    expect(small.every((id) => isInShare(id, 0.2))).toBe(true);
  });
});

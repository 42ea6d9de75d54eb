import { describe, expect, it } from 'vitest';
import { createTokenThrottle } from '../../../../sql-gateway/access/token-throttle.ts';

describe('the throttle of wrong tokens', () => {
  const exhaust = (address: string, nowMs: () => number) => {
    const throttle = createTokenThrottle(nowMs);
    for (let failure = 0; failure < 30; failure += 1) throttle.fail(address);
    return throttle;
  };

  it('refuses an address after 30 wrong tokens, and lets one more through each second', () => {
    let now = 0;
    const throttle = exhaust('10.0.0.1', () => now);
    const check = (): void => {
      throttle.check('10.0.0.1');
    };
    expect(check).toThrow(expect.objectContaining({ code: 'AUTH_THROTTLED' }) as Error);
    now = 1000;
    expect(check).not.toThrow();
    throttle.fail('10.0.0.1');
    expect(check).toThrow();
  });

  it('tells addresses apart, and takes a network of IPv6 for one', () => {
    const throttle = exhaust('2001:db8:1:2::5', () => 0);
    const check = (address: string) => (): void => {
      throttle.check(address);
    };
    expect(check('2001:db8:1:2:ffff::9')).toThrow();
    expect(check('2001:db8:1:3::5')).not.toThrow();
    expect(check('10.0.0.1')).not.toThrow();
    expect(check('::ffff:10.0.0.1')).not.toThrow();
  });
});

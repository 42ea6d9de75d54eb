import { describe, expect, it } from 'vitest';
import { prefersAsync } from '../../../../sql-gateway/http/prefers-async.ts';

describe('the header Prefer', () => {
  it.each([
    'respond-async',
    'Respond-Async',
    'respond-async, wait=10',
    'handling=lenient,  respond-async',
    'respond-async; x=1',
    'respond-async=""',
  ])("asks by '%s' to be answered at once", (prefer) => {
    expect(prefersAsync(prefer)).toBe(true);
  });

  it.each([undefined, '', 'wait=10', 'respond-asynchronously', 'return=respond-async'])("does not ask by '%s'", (prefer) => {
    expect(prefersAsync(prefer)).toBe(false);
  });

  it('may stand more than once', () => {
    expect(prefersAsync(['wait=10', 'respond-async'])).toBe(true);
  });
});

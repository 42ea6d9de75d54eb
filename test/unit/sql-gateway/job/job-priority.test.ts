import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkPriority, JOB_PRIORITIES, orderOf, PRIORITY_HEADSTART_MS } from '../../../../sql-gateway/job/job-priority.ts';

describe('the priority of a job', () => {
  it('lets it go before older ones of the next lower priority that are less than an hour older', () => {
    expect(orderOf('high', 59 * 60_000)).toBeLessThan(orderOf('normal', 0));
    expect(orderOf('normal', 59 * 60_000)).toBeLessThan(orderOf('low', 0));
    expect(orderOf('high', 119 * 60_000)).toBeLessThan(orderOf('low', 0));
  });

  it('lets none wait behind jobs that came two hours after it, and time decide among equals', () => {
    const priority = fc.constantFrom(...JOB_PRIORITIES);
    fc.assert(
      fc.property(priority, priority, fc.nat(), fc.nat(), (first, second, sinceMs, laterMs) => {
        expect(orderOf(first, sinceMs)).toBeLessThan(orderOf(second, sinceMs + 2 * PRIORITY_HEADSTART_MS + 1 + laterMs));
        expect(orderOf(first, sinceMs)).toBeLessThan(orderOf(first, sinceMs + 1 + laterMs));
      }),
    );
  });

  it('is one of three words', () => {
    expect(JOB_PRIORITIES.map(checkPriority)).toEqual(['low', 'normal', 'high']);
    for (const given of ['urgent', 1, {}, ''])
      expect(() => checkPriority(given)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
  });
});

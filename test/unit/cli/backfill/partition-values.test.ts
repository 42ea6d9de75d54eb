import { describe, expect, it } from 'vitest';
import { partitionValues } from '../../../../cli/backfill/partition-values.ts';

describe('the values of a range', () => {
  it('are days, from the first to before the last, over ends of months and leap days', () => {
    expect(partitionValues('2000-02-27', '2000-03-02', 'day')).toEqual(['2000-02-27', '2000-02-28', '2000-02-29', '2000-03-01']);
    expect(partitionValues('2001-02-28', '2001-03-02', 'day')).toEqual(['2001-02-28', '2001-03-01']);
  });

  it('are hours with a time, of which each day has 24', () => {
    expect(partitionValues('2001-03-25', '2001-03-26', 'hour')).toHaveLength(24);
    expect(partitionValues('2001-12-31T22', '2002-01-01 01', 'hour')).toEqual([
      '2001-12-31 22:00:00',
      '2001-12-31 23:00:00',
      '2002-01-01 00:00:00',
    ]);
  });

  it('are weeks from the first day, whatever day that is, and months on the day of the first', () => {
    expect(partitionValues('2001-06-01', '2001-06-16', 'week')).toEqual(['2001-06-01', '2001-06-08', '2001-06-15']);
    expect(partitionValues('2001-11-15', '2002-02-15', 'month')).toEqual(['2001-11-15', '2001-12-15', '2002-01-15']);
  });

  it.each([
    ['2001-06-02', '2001-06-02', 'day'],
    ['2001-06-02', '2001-06-01', 'day'],
    ['2001-02-29', '2001-03-02', 'day'],
    ['2001-06-01', '2001-13-01', 'day'],
    ['2001-06-01T05', '2001-06-02', 'day'],
    ['2001-06-01T05:30', '2001-06-02', 'hour'],
    ['2001-06-01T24', '2001-06-03', 'hour'],
    ['2001-01-31', '2001-06-01', 'month'],
    ['1.6.2001', '2001-06-01', 'day'],
    ['2001-01-01', '2003-09-29', 'day'],
  ] as const)('are refused from %s to %s by the %s', (from, to, step) => {
    expect(() => partitionValues(from, to, step)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  it('are at most as many as a server remembers jobs', () => {
    expect(partitionValues('2001-01-01', '2003-09-28', 'week')).toHaveLength(143);
    expect(partitionValues('2001-01-01', '2003-09-28', 'day')).toHaveLength(1000);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseInterval } from '../../../../sql/bind/interval-text.ts';
import { parseDate, parseTime, parseTimestamp, parseTimestampTz } from '../../../../sql/bind/time-text.ts';
import { canonicalValue, decimalText } from '../../../../sql/bind/value-text.ts';

describe('decimalText', () => {
  it.each([
    ['1', 5, 2, '1.00'],
    ['-0.005', 5, 2, '-0.01'],
    ['0.0049', 5, 2, '0.00'],
    ['-0.001', 5, 2, '0.00'],
    ['1.5e2', 5, 0, '150'],
    ['.5', 1, 1, '0.5'],
    ['007.50', 3, 2, '7.50'],
    ['-000', 1, 0, '0'],
    ['-0.00', 3, 2, '0.00'],
    ['0e9', 1, 0, '0'],
    ['12345678901234567890123456789012345678', 38, 0, '12345678901234567890123456789012345678'],
  ])('%s as decimal(%i,%i) is %s', (text, precision, scale, expected) => {
    expect(decimalText(text, precision, scale)).toBe(expected);
  });

  it.each([
    ['1000', 3, 0],
    ['1e3', 3, 0],
    ['10', 3, 2],
    ['99.995', 4, 2],
    ['', 3, 0],
    ['1.2.3', 9, 2],
  ])('%s has no place in decimal(%i,%i)', (text, precision, scale) => {
    expect(decimalText(text, precision, scale)).toBeNull();
  });

  it('gives back every number that has its digits', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 37n), max: 10n ** 37n }), fc.integer({ min: 0, max: 18 }), (unscaled, scale) => {
        const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
        const text = `${unscaled < 0n ? '-' : ''}${digits.slice(0, digits.length - scale)}${scale === 0 ? '' : `.${digits.slice(digits.length - scale)}`}`;
        expect(decimalText(text, 38, scale)).toBe(text);
      }),
    );
  });
});

describe('times as text', () => {
  it.each([
    ['2001-2-3', '2001-02-03'],
    ['2000-02-29', '2000-02-29'],
    ['0001-01-01', '0001-01-01'],
    ['2001-02-29', null],
    ['2001-13-01', null],
    ['yesterday', null],
  ])('the date %s is %s', (text, expected) => {
    expect(parseDate(text)).toBe(expected);
  });

  it.each([
    ['1:02', '01:02:00'],
    ['01:02:03.5', '01:02:03.500000'],
    ['01:02:03.123456000', '01:02:03.123456'],
    ['01:02:03.1234560', '01:02:03.123456'],
    ['01:02:03.1234561', null],
    ['01:02:03.000000001', null],
    ['24:00:00', null],
  ])('the time %s is %s', (text, expected) => {
    expect(parseTime(text)).toBe(expected);
  });

  it('a timestamp takes a T, and a date alone is midnight', () => {
    expect(parseTimestamp('2001-02-03T04:05:06')).toBe('2001-02-03 04:05:06');
    expect(parseTimestamp('2001-02-03')).toBe('2001-02-03 00:00:00');
  });

  it.each([
    ['2001-02-03 04:05:06+02', 'UTC', '2001-02-03 02:05:06+00'],
    ['2001-02-03T04:05:06.25Z', 'America/New_York', '2001-02-03 04:05:06.250000+00'],
    ['2001-02-03 04:05:06-05:30', 'UTC', '2001-02-03 09:35:06+00'],
    ['2001-07-01 00:00:00', 'America/New_York', '2001-07-01 04:00:00+00'],
    ['2001-01-01', 'Europe/Berlin', '2000-12-31 23:00:00+00'],
    ['2026-03-29 12:00:00', 'Europe/Berlin', '2026-03-29 10:00:00+00'],
    ['2026-10-25 12:00:00', 'Europe/Berlin', '2026-10-25 11:00:00+00'],
  ])('the instant %s in %s is %s', (text, zone, expected) => {
    expect(parseTimestampTz(text, zone)).toBe(expected);
  });
});

describe('parseInterval', () => {
  it.each([
    ['1 year 2 days', '12 months 2 days'],
    ['3 hours', '10800000000 us'],
    ['1 month', '1 month'],
    ['-1 day', '-1 days'],
    ['1 day 02:03:04.5', '1 day 7384500000 us'],
    ['1.5 days', '1 day 43200000000 us'],
    ['0 days', '0 us'],
    ['2 weeks ago', '-14 days'],
    ['soon', null],
    ['1 fortnight', null],
  ])('%s is %s', (text, expected) => {
    expect(parseInterval(text)).toBe(expected);
  });
});

describe('canonicalValue', () => {
  it('refuses what is no value of the type', () => {
    expect(() => canonicalValue('maybe', { kind: 'boolean' }, 'UTC')).toThrow(
      expect.objectContaining({ code: 'SQL_INVALID_VALUE' }) as Error,
    );
  });

  it.each([
    ['time', '01:02:03.123456789'],
    ['timestamp', '2001-02-03 01:02:03.123456789'],
    ['timestamptz', '2001-02-03T01:02:03.123456789+02:00'],
  ] as const)('refuses a %s that is finer than microseconds and says why, and takes zeros there', (kind, text) => {
    expect(() => canonicalValue(text, { kind }, 'UTC')).toThrow(
      expect.objectContaining({ code: 'SQL_INVALID_VALUE', message: expect.stringContaining('six digits of a second') as string }) as Error,
    );
    expect(canonicalValue(text.replace('789', '000'), { kind }, 'UTC')).toContain('.123456');
  });

  it.each([
    ['2001-02-03T01:02:03.123456789', '2001-02-03 01:02:03.123456789'],
    ['2001-02-03 01:02:03.1', '2001-02-03 01:02:03.100000000'],
    ['1677-09-22', '1677-09-22 00:00:00'],
    ['2262-04-11 23:47:16.854775806', '2262-04-11 23:47:16.854775806'],
  ])('gives %s as a timestamp_ns with nine digits', (text, expected) => {
    expect(canonicalValue(text, { kind: 'timestamp_ns' }, 'UTC')).toBe(expected);
  });

  it.each(['1677-09-21 23:59:59.999999999', '2262-04-11 23:47:16.854775807', '10000-01-01', '-0001-01-01', '0001-01-01'])(
    'refuses %s as a timestamp_ns and tells the range',
    (text) => {
      expect(() => canonicalValue(text, { kind: 'timestamp_ns' }, 'UTC')).toThrow(
        expect.objectContaining({
          code: 'SQL_INVALID_VALUE',
          message: expect.stringContaining('1677-09-22 to 2262-04-11') as string,
        }) as Error,
      );
    },
  );

  it('gives a double in its shortest form, and a UUID in lower case', () => {
    expect(canonicalValue('1e3', { kind: 'double' }, 'UTC')).toBe('1000');
    expect(canonicalValue('-inf', { kind: 'double' }, 'UTC')).toBe('-Infinity');
    expect(canonicalValue('00000000-0000-4000-8000-00000000000A', { kind: 'uuid' }, 'UTC')).toBe('00000000-0000-4000-8000-00000000000a');
  });
});

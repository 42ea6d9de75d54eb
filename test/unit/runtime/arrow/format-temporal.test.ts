import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDate, formatDecimal, formatInterval, formatTimestamp, formatTimestampNanos } from '../../../../runtime/arrow/index.ts';
import { parseDateDays, parseTimestampMicros } from '../../../../runtime/duckdb/index.ts';

describe('dates and times', () => {
  it('are those of JavaScript in the years 0 to 9999', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('0000-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true }),
        (date) => {
          expect(formatDate(Math.floor(date.getTime() / 86_400_000))).toBe(date.toISOString().slice(0, 10));
          expect(new Date(formatTimestamp(BigInt(date.getTime()) * 1000n, true)).getTime()).toBe(date.getTime());
        },
      ),
    );
  });

  it('are parsed from the text they are printed as', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 55n), max: 2n ** 55n }), fc.integer({ min: -700_000, max: 2_900_000 }), (micros, days) => {
        expect(parseTimestampMicros(formatTimestamp(micros, false))).toBe(micros);
        expect(parseTimestampMicros(formatTimestamp(micros, true))).toBe(micros);
        expect(parseDateDays(formatDate(days))).toBe(days);
      }),
    );
  });

  it.each([
    [0n, '1970-01-01T00:00:00'],
    [-1n, '1969-12-31T23:59:59.999999999'],
    [1_000_000n, '1970-01-01T00:00:00.001'],
    [1_000n, '1970-01-01T00:00:00.000001'],
    [1_000_000_001n, '1970-01-01T00:00:01.000000001'],
    [1_120_000_001n, '1970-01-01T00:00:01.120000001'],
    [2n ** 63n - 2n, '2262-04-11T23:47:16.854775806'],
    [2n ** 63n - 1n, 'infinity'],
  ])('of %s ns are printed with no, three, six or nine digits: %s', (nanos, expected) => {
    expect(formatTimestampNanos(nanos, false)).toBe(expected);
  });

  it('have words for what lies beyond all days', () => {
    expect([2 ** 31 - 1, 1 - 2 ** 31].map(formatDate)).toEqual(['infinity', '-infinity']);
  });

  it.each([
    [0, 0, 0n, 'PT0S'],
    [14, -3, 0n, 'P14M-3D'],
    [1, 2, 3_500_000_000n, 'P1M2DT3.5S'],
    [0, 0, -1_000n, 'PT-0.000001S'],
  ])('make an interval of %i months, %i days and %s ns', (months, days, nanos, expected) => {
    expect(formatInterval(months, days, nanos)).toBe(expected);
  });
});

describe('a decimal', () => {
  it.each([
    [5n, 2, '0.05'],
    [-5n, 2, '-0.05'],
    [0n, 3, '0.000'],
    [123n, 0, '123'],
    [-99999999999999999999999999999999999999n, 10, '-9999999999999999999999999999.9999999999'],
  ])('of %s with scale %i', (unscaled, scale, expected) => {
    expect(formatDecimal(unscaled, scale)).toBe(expected);
  });
});

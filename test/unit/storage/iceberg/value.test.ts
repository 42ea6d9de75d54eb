import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DataType } from '../../../../spi/index.ts';
import { applyTransform } from '../../../../storage/iceberg/transform/apply-transform.ts';
import { invertTransform } from '../../../../storage/iceberg/transform/invert-transform.ts';
import { type ColumnValue, compareValues } from '../../../../storage/iceberg/value/column-value.ts';
import { truncateLower, truncateUpper } from '../../../../storage/iceberg/value/truncate-bound.ts';
import { bytesToValue, valueToBytes } from '../../../../storage/iceberg/value/value-bytes.ts';
import { textToValue, valueToText } from '../../../../storage/iceberg/value/value-text.ts';

const TEXTS: readonly (readonly [DataType, string, string])[] = [
  [{ kind: 'boolean' }, 'true', '01'],
  [{ kind: 'integer' }, '-1', 'ffffffff'],
  [{ kind: 'bigint' }, '-9223372036854775808', '0000000000000080'],
  [{ kind: 'real' }, '-4.5', '000090c0'],
  [{ kind: 'double' }, '6', '0000000000001840'],
  [{ kind: 'date' }, '1969-12-31', 'ffffffff'],
  [{ kind: 'date' }, '0001-01-01 (BC)', ''],
  [{ kind: 'time' }, '00:00:01.5', '60e3160000000000'],
  [{ kind: 'timestamp' }, '2001-02-03 04:05:06.000007', ''],
  [{ kind: 'timestamp' }, '1969-12-31 23:59:59.999999', 'ffffffffffffffff'],
  [{ kind: 'timestamp_ns' }, '1969-12-31 23:59:59.999999999', 'ffffffffffffffff'],
  [{ kind: 'timestamp_ns' }, '2001-02-03 04:05:06.000000007', ''],
  [{ kind: 'timestamptz' }, '2001-02-03 04:05:06+00', ''],
  [{ kind: 'varchar' }, 'grüße', Buffer.from('grüße').toString('hex')],
  [{ kind: 'varbinary' }, 'AAEC', '000102'],
  [{ kind: 'uuid' }, 'f79c3e09-677c-4bbd-a479-3f349cb785e7', 'f79c3e09677c4bbda4793f349cb785e7'],
  [{ kind: 'decimal', precision: 5, scale: 2 }, '-1.28', '80'],
  [{ kind: 'decimal', precision: 5, scale: 2 }, '1.28', '0080'],
];

describe('a column value', () => {
  it.each(TEXTS)('of %j, %s, survives its text and its bytes', (type, text, hex) => {
    const value = textToValue(type, text);
    expect(value).not.toBeNull();
    if (value === null) return;
    expect(valueToText(type, value)).toBe(text);
    const bytes = valueToBytes(type, value);
    if (hex !== '') expect(Buffer.from(bytes).toString('hex')).toBe(hex);
    expect(bytesToValue(type, bytes)).toEqual(value);
  });

  it('is unknown when its text is not of the type', () => {
    expect(textToValue({ kind: 'double' }, 'NaN')).toBeNull();
    expect(textToValue({ kind: 'bigint' }, '1.5')).toBeNull();
    expect(textToValue({ kind: 'decimal', precision: 5, scale: 1 }, '1.25')).toBeNull();
    expect(textToValue({ kind: 'timestamp' }, '2001-02-03 04:05:06.0000007')).toBeNull();
  });

  it('compares texts as their UTF-8 bytes do', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (left, right) => {
        expect(Math.sign(compareValues(left, right))).toBe(Math.sign(Buffer.compare(Buffer.from(left), Buffer.from(right))));
      }),
    );
  });

  it('lies between its cut bounds', () => {
    const value: fc.Arbitrary<ColumnValue> = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.uint8Array({ maxLength: 40 }),
      fc.constant('\u{10ffff}'.repeat(20)),
      fc.constant(new Uint8Array(20).fill(255)),
    );
    fc.assert(
      fc.property(value, (exact) => {
        expect(compareValues(truncateLower(exact), exact)).toBeLessThanOrEqual(0);
        const upper = truncateUpper(exact);
        if (upper !== null) expect(compareValues(upper, exact)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('a transform', () => {
  it('takes every value to a partition whose inverse holds the value', () => {
    const us = fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n });
    const unit = fc.constantFrom('year', 'month', 'day', 'hour');
    fc.assert(
      fc.property(us, unit, fc.constantFrom('timestamp', 'timestamp_ns'), (value, kind, of) => {
        const type: DataType = { kind: of };
        const range = invertTransform({ kind }, type, applyTransform({ kind }, type, value) ?? value);
        expect(range?.lower as bigint).toBeLessThanOrEqual(value);
        expect(range?.upper as bigint).toBeGreaterThanOrEqual(value);
      }),
    );
  });

  it.each([
    ['year', '2017-11-16', 47],
    ['month', '2017-11-16', 574],
    ['day', '2017-11-16', 17486],
    ['year', '1969-12-31', -1],
    ['month', '1969-12-31', -1],
    ['day', '1969-12-31', -1],
  ] as const)('%s of %s is %d', (kind, text, expected) => {
    expect(applyTransform({ kind }, { kind: 'date' }, textToValue({ kind: 'date' }, text) ?? 0n)).toBe(BigInt(expected));
  });

  it('of nanoseconds is that of their microseconds, rounded to the past', () => {
    const kinds = ['year', 'month', 'day', 'hour'] as const;
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (nanos) => {
        const micros = (nanos - (((nanos % 1000n) + 1000n) % 1000n)) / 1000n;
        for (const transform of [...kinds.map((kind) => ({ kind })), { kind: 'bucket', buckets: 1 << 20 } as const])
          expect(applyTransform(transform, { kind: 'timestamp_ns' }, nanos)).toBe(applyTransform(transform, { kind: 'timestamp' }, micros));
      }),
    );
  });

  it('truncates towards negative infinity, and text by code points', () => {
    const truncate = (value: ColumnValue, width: number): ColumnValue =>
      applyTransform({ kind: 'truncate', width }, { kind: 'bigint' }, value) ?? value;
    expect([truncate(1n, 10), truncate(-1n, 10), truncate(1065n, 50)]).toEqual([0n, -10n, 1050n]);
    expect(truncate('ice💎berg', 4)).toBe('ice💎');
  });
});

import {
  DateDay,
  Decimal,
  Field,
  Int64,
  makeData,
  TimeMicrosecond,
  List,
  TimestampMicrosecond,
  TimestampNanosecond,
  Utf8,
  type DataType,
  type Vector,
  makeVector,
  vectorFromArray,
} from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { formatCell, isNumeric } from '../../../../cli/format/format-cell.ts';

const show = (type: DataType, vector: Vector, row = 0): string => formatCell(new Field('c', type, true), vector, row);

describe('formatCell', () => {
  it('shows 64-bit integers with every digit', () => {
    expect(show(new Int64(), vectorFromArray([-9223372036854775808n], new Int64()))).toBe('-9223372036854775808');
  });

  it('shows decimals with their scale, negative ones and those below one too', () => {
    const type = new Decimal(2, 10, 128);
    const words = (value: bigint): number[] => [0n, 32n, 64n, 96n].map((shift) => Number(BigInt.asUintN(32, value >> shift)));
    const data = makeData({ type, length: 3, data: new Uint32Array([...words(12345n), ...words(-5n), ...words(0n)]) });
    const vector = makeVector(data);
    expect([0, 1, 2].map((row) => show(type, vector, row))).toEqual(['123.45', '-0.05', '0.00']);
  });

  it('shows dates, timestamps with all their digits and times', () => {
    expect(show(new DateDay(), makeVector(makeData({ type: new DateDay(), length: 1, data: new Int32Array([-1]) })))).toBe('1969-12-31');
    const micros = (type: DataType, value: bigint): Vector =>
      makeVector(makeData({ type, length: 1, data: new BigInt64Array([value]) } as never));
    expect(show(new TimestampMicrosecond(), micros(new TimestampMicrosecond(), 1_000_001n))).toBe('1970-01-01 00:00:01.000001');
    expect(show(new TimestampMicrosecond(), micros(new TimestampMicrosecond(), -1n))).toBe('1969-12-31 23:59:59.999999');
    expect(show(new TimestampMicrosecond(), micros(new TimestampMicrosecond(), 253402300799_999_999n))).toBe('9999-12-31 23:59:59.999999');
    const zoned = new TimestampMicrosecond('UTC');
    expect(show(zoned, micros(zoned, 0n))).toBe('1970-01-01 00:00:00+00');
    const nanos = new TimestampNanosecond();
    expect(show(nanos, micros(nanos, -1n))).toBe('1969-12-31 23:59:59.999999999');
    expect(show(nanos, micros(nanos, 1_000n))).toBe('1970-01-01 00:00:00.000001');
    const time = new TimeMicrosecond();
    expect(show(time, micros(time, 3_723_000_500n))).toBe('01:02:03.0005');
  });

  it('shows timestamps in lists with all their digits, those of later rows too', () => {
    const type = new List(new Field('element', new TimestampNanosecond(), true));
    const items = makeData({ type: new TimestampNanosecond(), length: 3, data: new BigInt64Array([1n, 2n, -1n]) } as never);
    const vector = makeVector(makeData({ type, length: 2, valueOffsets: Int32Array.of(0, 1, 3), child: items } as never));
    expect(show(type, vector, 0)).toBe('[1970-01-01 00:00:00.000000001]');
    expect(show(type, vector, 1)).toBe('[1970-01-01 00:00:00.000000002, 1969-12-31 23:59:59.999999999]');
  });

  it('tells NULL from an empty text', () => {
    const vector = vectorFromArray(['', null], new Utf8());
    expect(show(new Utf8(), vector, 0)).toBe('');
    expect(show(new Utf8(), vector, 1)).toBe('NULL');
  });
});

describe('isNumeric', () => {
  it('holds for numbers only', () => {
    expect(isNumeric(new Int64())).toBe(true);
    expect(isNumeric(new Decimal(2, 10, 128))).toBe(true);
    expect(isNumeric(new Utf8())).toBe(false);
  });
});

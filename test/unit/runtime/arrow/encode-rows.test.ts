import {
  Binary,
  Bool,
  type Data,
  type DataType,
  DateDay,
  Decimal,
  Field,
  FixedSizeBinary,
  Float32,
  Float64,
  Int32,
  Int64,
  List,
  makeBuilder,
  makeData,
  Map_,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  TimeMicrosecond,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeRowsAs, encodeSmallTable, readFrames, type RowFormat } from '../../../../runtime/arrow/index.ts';

/** Returns the frames of one column, cut into batches of `rowsPerBatch`. */
function framesOf(type: DataType, values: readonly unknown[], rowsPerBatch = values.length): readonly Uint8Array[] {
  const field = new Field('v', type, true);
  const writer = new RecordBatchStreamWriter();
  const schema = new Schema([field]);
  for (let start = 0; start < values.length; start += rowsPerBatch) {
    const builder = makeBuilder({ type, nullValues: [null] });
    const part = values.slice(start, start + rowsPerBatch);
    for (const value of part) builder.append(value);
    const column = builder.finish().flush() as Data;
    writer.write(new RecordBatch(schema, makeData({ type: new Struct([field]), length: part.length, nullCount: 0, children: [column] })));
  }
  writer.finish();
  return readFrames(writer.toUint8Array(true));
}

function document(format: RowFormat, frames: readonly Uint8Array[], columns: readonly { name: string; type: string }[]): string {
  const [schema, ...batches] = frames;
  const encoder = encodeRowsAs(format, schema ?? new Uint8Array(0), columns);
  return Buffer.concat([encoder.begin(), ...batches.map((frame) => Buffer.from(encoder.batch(frame))), encoder.end()]).toString('utf8');
}

const COLUMN = [{ name: 'v', type: 'varchar' }];

function jsonOf(type: DataType, value: unknown, typeName = 'varchar'): string {
  const text = document('json', framesOf(type, [value]), [{ name: 'v', type: typeName }]);
  return text.slice(text.indexOf('"data":[[') + 9, -3);
}

const MAP_OF = (key: DataType) =>
  new Map_(new Field('entries', new Struct([new Field('key', key, false), new Field('value', new Int32(), true)]), false) as never);

describe('a value in JSON', () => {
  it.each<[string, DataType, unknown, string]>([
    ['a 64-bit integer beyond doubles', new Int64(), -9223372036854775808n, '-9223372036854775808'],
    ['an integer just inside doubles', new Int64(), 9007199254740991n, '9007199254740991'],
    ['a small integer', new Int32(), -2147483648, '-2147483648'],
    ['a double', new Float64(), 1e300, '1e+300'],
    ['a whole double', new Float64(), 3, '3'],
    ['negative zero', new Float64(), -0, '-0'],
    ['NaN', new Float64(), Number.NaN, '"NaN"'],
    ['infinity', new Float32(), -Infinity, '"-Infinity"'],
    ['a real, at its shortest', new Float32(), Math.fround(0.1), '0.1'],
    ['a decimal', new Decimal(2, 38, 128), decimalWords(-5n), '"-0.05"'],
    ['true', new Bool(), true, 'true'],
    ['NULL', new Bool(), null, 'null'],
    ['a date', new DateDay(), new Date('1969-12-31'), '"1969-12-31"'],
    ['a time', new TimeMicrosecond(), 3_723_000_001n, '"01:02:03.000001"'],
    ['text with all escapes', new Utf8(), 'a"\\\n\u0001é\u{1f600}', '"a\\"\\\\\\n\\u0001é\u{1f600}"'],
    ['bytes', new Binary(), Uint8Array.of(0, 255), '"AP8="'],
    ['a list', new List(new Field('element', new Int32())), [1, null], '[1,null]'],
    ['a map with text keys', MAP_OF(new Utf8()), new Map([['k"', 1]]), '{"k\\"":1}'],
    ['a map with other keys', MAP_OF(new Int32()), new Map([[7, null]]), '[[7,null]]'],
    ['a struct', new Struct([new Field('a b', new Int32())]), { 'a b': 5 }, '{"a b":5}'],
  ])('%s', (_, type, value, expected) => {
    expect(jsonOf(type, value)).toBe(expected);
  });

  it('is a canonical uuid when 16 bytes are one', () => {
    const bytes = Uint8Array.from({ length: 16 }, (_, index) => index);
    expect(jsonOf(new FixedSizeBinary(16), bytes, 'uuid')).toBe('"00010203-0405-0607-0809-0a0b0c0d0e0f"');
  });

  it.each([
    [0n, '1970-01-01T00:00:00'],
    [-500_000n, '1969-12-31T23:59:59.500'],
    [1n, '1970-01-01T00:00:00.000001'],
    [253402300800_000_000n, '+010000-01-01T00:00:00'],
  ])('is a timestamp of %s microseconds with as few digits as it needs', (micros, expected) => {
    expect(timestampJson(null, micros)).toBe(`"${expected}"`);
    expect(timestampJson('UTC', micros)).toBe(`"${expected}Z"`);
  });

  it('is read back as the same text, whatever it holds', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant(null)), { minLength: 1, maxLength: 30 }), (texts) => {
        const parsed = JSON.parse(document('json', framesOf(new Utf8(), texts), COLUMN)) as { data: unknown[][] };
        expect(parsed.data.map(([value]) => value)).toEqual(texts);
      }),
    );
  });

  it('is read back as the same double, to the bit', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(Object.is(JSON.parse(jsonOf(new Float64(), value)), value)).toBe(true);
      }),
    );
  });

  it('is the same integer, digit for digit', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        expect(BigInt(jsonOf(new Int64(), value))).toBe(value);
      }),
    );
  });
});

function decimalWords(value: bigint): Uint32Array {
  return new Uint32Array(BigUint64Array.of(BigInt.asUintN(64, value), BigInt.asUintN(64, value >> 64n)).buffer);
}

function timestampJson(zone: string | null, micros: bigint): string {
  const type = new TimestampMicrosecond(zone);
  const field = new Field('v', type, true);
  const column = makeData({ type, length: 1, nullCount: 0, data: BigInt64Array.of(micros) });
  const writer = new RecordBatchStreamWriter();
  writer.write(new RecordBatch(new Schema([field]), makeData({ type: new Struct([field]), length: 1, nullCount: 0, children: [column] })));
  writer.finish();
  const text = document('json', readFrames(writer.toUint8Array(true)), COLUMN);
  return text.slice(text.indexOf('"data":[[') + 9, -3);
}

describe('a document of rows', () => {
  const frames = encodeSmallTable(
    [
      { name: 'n', type: { kind: 'bigint' } },
      { name: 's"', type: { kind: 'varchar' } },
    ],
    [
      ['1', 'a,b'],
      [null, ''],
      ['3', 'say "hi"\nthere'],
      ['4', null],
    ],
  );
  const columns = [
    { name: 'n', type: 'bigint' },
    { name: 's"', type: 'varchar' },
  ];

  it('is one JSON object with columns and rows', () => {
    expect(JSON.parse(document('json', frames, columns))).toEqual({
      columns,
      data: [
        [1, 'a,b'],
        [null, ''],
        [3, 'say "hi"\nthere'],
        [4, null],
      ],
    });
  });

  it('is one JSON object with a batch of columns for each frame as columns', () => {
    expect(JSON.parse(document('columns', frames, columns))).toEqual({
      columns,
      batches: [
        [
          [1, null, 3, 4],
          ['a,b', '', 'say "hi"\nthere', null],
        ],
      ],
    });
    const cut = framesOf(new Int64(), [9223372036854775807n, null, 3n], 2);
    expect(document('columns', cut, COLUMN)).toMatch(/"batches":\[\[\[9223372036854775807,null\]\],\[\[3\]\]\]}$/);
  });

  it('is one JSON object per line as NDJSON', () => {
    const lines = document('ndjson', frames, columns).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line) as unknown)[2]).toEqual({ n: 3, 's"': 'say "hi"\nthere' });
  });

  it('is a header and records as CSV, in which an empty text differs from NULL', () => {
    expect(document('csv', frames, columns)).toBe('n,"s"""\r\n1,"a,b"\r\n,""\r\n3,"say ""hi""\nthere"\r\n4,\r\n');
  });

  it('gives repeated names a number as keys of NDJSON, so that no value is lost', () => {
    const repeated = ['x', 'x_1', 'x', 'x'];
    const small = encodeSmallTable(
      repeated.map((name) => ({ name, type: { kind: 'bigint' as const } })),
      [['1', '2', '3', '4']],
    );
    expect(
      document(
        'ndjson',
        small,
        repeated.map((name) => ({ name, type: 'bigint' })),
      ),
    ).toBe('{"x":1,"x_1":2,"x_2":3,"x_3":4}\n');
  });

  it.each<RowFormat>(['json', 'ndjson', 'csv'])('is the same %s wherever the rows are cut into frames', (format) => {
    const values = Array.from({ length: 50 }, (_, index) => (index % 7 === 0 ? null : `value ${String(index)}`));
    const whole = document(format, framesOf(new Utf8(), values), COLUMN);
    expect(document(format, framesOf(new Utf8(), values, 3), COLUMN)).toBe(whole);
  });

  it('has no rows when there are no frames', () => {
    const [schema] = frames;
    expect(document('json', schema === undefined ? [] : [schema], columns)).toBe(`{"columns":${JSON.stringify(columns)},"data":[]}`);
  });
});

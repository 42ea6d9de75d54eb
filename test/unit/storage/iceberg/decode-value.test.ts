import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PlatformError } from '../../../../spi/index.ts';
import { AvroInput } from '../../../../storage/iceberg/avro/avro-input.ts';
import type { AvroRecord, AvroValue } from '../../../../storage/iceberg/avro/avro-value.ts';
import { decoderOf } from '../../../../storage/iceberg/avro/decode-value.ts';
import { encoderOf } from '../../../../storage/iceberg/avro/encode-value.ts';
import { integerMap } from '../../../../storage/iceberg/avro/avro-schema.ts';
import { KeyedBytes } from '../../../../storage/iceberg/avro/keyed-bytes.ts';
import type { JsonObject } from '../../../../storage/iceberg/json/lossless-json.ts';

const field = (name: string, type: JsonObject['type']): JsonObject => ({ name, type: type ?? 'null' });

const SCHEMA: JsonObject = {
  type: 'record',
  name: 'row',
  fields: [
    field('flag', 'boolean'),
    field('count', 'int'),
    field('id', 'long'),
    field('ratio', 'double'),
    field('word', ['null', 'string']),
    field('raw', { type: 'fixed', name: 'four', size: 4 }),
    field('again', 'four'),
    field('longs', { type: 'array', items: 'long' }),
    field('sizes', ['null', integerMap(117, 118, 'long')]),
    field('bounds', integerMap(126, 127, 'bytes')),
    field('inner', { type: 'record', name: 'inner', fields: [field('at', { type: 'long', logicalType: 'timestamp-micros' })] }),
  ],
};

const long = fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -300n, max: 300n }));
const bytes = (lengthMax: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: lengthMax }).map((value) => Buffer.from(value));
const four = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((value) => Buffer.from(value));
const keyed = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<{ key: number; value: Value }[]> =>
  fc.uniqueArray(fc.record({ key: fc.integer({ min: 1, max: 2 ** 31 - 1 }), value }), { selector: ({ key }) => key, maxLength: 6 });

const rowOf = fc.record({
  flag: fc.boolean(),
  count: fc.integer(),
  id: long,
  ratio: fc.double(),
  word: fc.option(fc.string({ unit: 'binary' })),
  raw: four,
  again: four,
  longs: fc.array(long, { maxLength: 5 }),
  sizes: fc.option(keyed(long)),
  bounds: keyed(bytes(20)),
  inner: fc.record({ at: long }),
});

const encode = encoderOf(SCHEMA);
const decode = decoderOf(SCHEMA);

/** Gives numbers the form of bigints and maps that of their records, so that both sides compare. */
function plain(value: AvroValue, name = ''): unknown {
  if (value instanceof KeyedBytes) return [...value.entries()].map(([key, item]) => ({ key, value: plain(item, 'long') }));
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
  if (Array.isArray(value)) return (value as readonly AvroValue[]).map((item) => plain(item, 'long'));
  if (typeof value === 'number') return ['id', 'at', 'long', 'value'].includes(name) ? BigInt(value) : value;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value as AvroRecord).map(([key, item]) => [key, plain(item, key)]));
}

describe('the decoder of a schema', () => {
  it('gives back what another implementation encoded, over the whole range of every type', () => {
    fc.assert(
      fc.property(fc.array(rowOf, { minLength: 1, maxLength: 3 }), (rows) => {
        const input = new AvroInput(Buffer.concat(rows.map((row) => encode(row))), 'The rows');
        for (const row of rows) expect(plain(decode(input))).toEqual(plain(row));
        expect(input.atEnd).toBe(true);
      }),
    );
  });

  it('finds the value of a key without reading the map whole', () => {
    fc.assert(
      fc.property(rowOf, (row) => {
        const { sizes, bounds } = decode(new AvroInput(encode(row), 'The row')) as { sizes: KeyedBytes | null; bounds: KeyedBytes };
        for (const { key, value } of row.sizes ?? []) expect(BigInt(sizes?.get(key) as number)).toBe(value);
        for (const { key, value } of row.bounds) expect(Buffer.from(bounds.get(key) as Uint8Array)).toEqual(value);
        expect(bounds.get(0)).toBeUndefined();
      }),
    );
  });

  it('reads blocks of maps that tell their length in bytes', () => {
    const blocks = Buffer.from([3, 4, 2, 10, 4, 12, 2, 6, 14, 0]);
    const sizes = decoderOf(integerMap(117, 118, 'long'))(new AvroInput(blocks, 'The map')) as KeyedBytes;
    expect([...sizes.entries()]).toEqual([
      [1, 5],
      [2, 6],
      [3, 7],
    ]);
  });

  it('refuses bytes that end early or are damaged, with a code', () => {
    fc.assert(
      fc.property(rowOf, fc.nat(), fc.integer({ min: 0, max: 255 }), (row, at, byte) => {
        const whole = encode(row);
        const cut = whole.subarray(0, at % whole.length);
        expect(() => decode(new AvroInput(cut, 'The row'))).toThrow(PlatformError);
        const changed = Buffer.from(whole);
        changed[at % whole.length] = byte;
        try {
          decode(new AvroInput(changed, 'The row'));
        } catch (error) {
          expect((error as PlatformError).code).toBe('STORAGE_CORRUPT');
        }
      }),
    );
  });

  it('refuses a schema with types that it does not know', () => {
    expect(() => decoderOf({ type: 'map', values: 'long' })).toThrow('The Avro schema cannot be read');
    expect(() => decoderOf('row')).toThrow('The Avro schema cannot be read: it has no type row.');
  });
});

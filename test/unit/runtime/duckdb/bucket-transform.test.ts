import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketExpressionSql } from '../../../../runtime/duckdb/index.ts';
import { hashExpressionSql } from '../../../../runtime/duckdb/bucket-transform.ts';
import { openSession, rejection } from './session.ts';

const session = openSession();

/** 32-bit Murmur3 as its author wrote it, over bytes. */
function murmur3(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const turn = (value: number, count: number): number => (value << count) | (value >>> (32 - count));
  const mix = (block: number): number => Math.imul(turn(Math.imul(block, 0xcc9e2d51), 15), 0x1b873593);
  let hash = 0;
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) hash = (Math.imul(turn(hash ^ mix(view.getInt32(at, true)), 13), 5) + 0xe6546b64) | 0;
  let rest = 0;
  for (let index = bytes.length - 1; index >= at; index -= 1) rest = (rest << 8) | (bytes[index] ?? 0);
  hash ^= mix(rest) ^ bytes.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

function longBytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, value, true);
  return bytes;
}

/** Shortest big-endian two's complement form. */
function integerBytes(value: bigint): Uint8Array {
  let count = 1;
  while (value !== BigInt.asIntN(count * 8, value)) count += 1;
  return Uint8Array.from({ length: count }, (_, index) => Number((value >> BigInt(8 * (count - 1 - index))) & 255n));
}

async function hashOf(type: string, engineType: string, value: string): Promise<unknown> {
  const [row] = await session().connection.queryRows(
    `SELECT ${hashExpressionSql(type, 'v')} AS hash FROM (SELECT CAST($1 AS ${engineType}) AS v)`,
    [{ type: 'varchar', value }],
  );
  return row?.['hash'];
}

describe('the bucket hash', () => {
  it.each([
    ['integer', 'INTEGER', '34', 2017239379],
    ['bigint', 'BIGINT', '34', 2017239379],
    ['decimal(9,2)', 'DECIMAL(9,2)', '14.20', -500754589],
    ['date', 'DATE', '2017-11-16', -653330422],
    ['time', 'TIME', '22:31:08', -662762989],
    ['timestamp', 'TIMESTAMP', '2017-11-16 22:31:08', -2047944441],
    ['timestamp_ns', 'TIMESTAMP_NS', '2017-11-16 22:31:08', -2047944441],
    ['timestamp_ns', 'TIMESTAMP_NS', '2017-11-16 22:31:08.000001001', -1207196810],
    ['timestamptz', 'TIMESTAMPTZ', '2017-11-16 14:31:08-08:00', -2047944441],
    ['varchar', 'VARCHAR', 'iceberg', 1210000089],
    ['uuid', 'UUID', 'f79c3e09-677c-4bbd-a479-3f349cb785e7', 1488055340],
    ['varbinary', 'BLOB', '\\x00\\x01\\x02\\x03', -188683207],
    ['fixed(4)', 'BLOB', '\\x00\\x01\\x02\\x03', -188683207],
  ])('of %s is that of the specification', async (type, engineType, value, expected) => {
    expect(await hashOf(type, engineType, value)).toBe(expected);
  });

  it('of nanoseconds before 1970 is that of the microsecond before them', async () => {
    const before = murmur3(longBytes(-1n));
    expect(await hashOf('timestamp_ns', 'TIMESTAMP_NS', '1969-12-31 23:59:59.999999999')).toBe(before);
    expect(await hashOf('timestamp', 'TIMESTAMP', '1969-12-31 23:59:59.999999')).toBe(before);
  });

  it('of any text is Murmur3 over its UTF-8 bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', maxLength: 40 }).filter((text) => text.isWellFormed() && !text.includes('\0')),
        async (text) => {
          expect(await hashOf('varchar', 'VARCHAR', text)).toBe(murmur3(Buffer.from(text, 'utf8')));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of any integer is Murmur3 over its eight bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), async (value) => {
        expect(await hashOf('bigint', 'BIGINT', String(value))).toBe(murmur3(longBytes(value)));
      }),
      { numRuns: 60 },
    );
  });

  it('of any decimal is Murmur3 over the shortest bytes of its unscaled value', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }),
        fc.integer({ min: 0, max: 37 }),
        async (value, shift) => {
          const unscaled = value / 10n ** BigInt(shift);
          expect(await hashOf('decimal(38,0)', 'DECIMAL(38,0)', String(unscaled))).toBe(murmur3(integerBytes(unscaled)));
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a bucket', () => {
  it('is the hash without its sign modulo the number of buckets, and NULL for NULL', async () => {
    const rows = await session().connection.queryRows(
      `SELECT ${bucketExpressionSql('varchar', 'v', 16)} AS bucket FROM (VALUES ('iceberg'), (NULL)) t(v)`,
    );
    expect(rows).toEqual([{ bucket: BigInt((1210000089 & 0x7fffffff) % 16) }, { bucket: null }]);
  });

  it('does not exist for doubles', async () => {
    const make = () => Promise.resolve().then(() => bucketExpressionSql('double', 'v', 16));
    expect((await rejection(make())).code).toBe('STORAGE_UNSUPPORTED');
  });
});

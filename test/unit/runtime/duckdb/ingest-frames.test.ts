import {
  Field,
  FixedSizeBinary,
  makeData,
  Map_,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableFromArrays,
  tableToIPC,
  Timestamp,
  TimeUnit,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkArrowData } from '../../../../runtime/duckdb/check-arrow-data.ts';
import { ingestType } from '../../../../runtime/duckdb/ingest-type.ts';
import { PlatformError } from '../../../../spi/index.ts';
import { drain, openSession, piecesOf, rejection } from './session.ts';

const session = openSession();

const TYPED = `SELECT CASE WHEN i % 7 <> 0 THEN i % 3 = 0 END AS b, i::INTEGER AS i32, CASE WHEN i % 5 <> 0 THEN i::BIGINT END AS i64,
  i::FLOAT AS f32, i * 1.5::DOUBLE AS f64, (i * 1.37)::DECIMAL(12, 2) AS d12, (i * 123456789012345678::HUGEINT)::DECIMAL(38, 3) AS d38,
  DATE '1969-01-01' + (i % 1000)::INTEGER AS day, TIME '00:00:00' + to_seconds(i % 86400) AS clock,
  TIMESTAMP '1969-12-31' + to_seconds(i * 77) AS ts, TIMESTAMPTZ '1969-12-31 00:00:00Z' + to_seconds(i * 77) AS tz,
  CASE WHEN i % 11 = 0 THEN NULL WHEN i % 2 = 0 THEN 'é' || i ELSE 'longer than twelve bytes ' || i END AS s, encode('x' || i) AS bin,
  [i, NULL, i + 1][1:1 + (i % 3)::INTEGER] AS list, CASE WHEN i % 13 <> 0 THEN {'a': i, 'b': CASE WHEN i % 2 = 0 THEN 'q' || i END, 'c': [i]} END AS st,
  map(['k' || i, 'z'], [i, NULL]) AS m, [{'x': [['deep' || i]]}] AS deep, (i % 100)::SMALLINT AS i16, (i % 200)::UTINYINT AS u8`;

async function framesOf(sql: string): Promise<Uint8Array[]> {
  const other = session().database.connect();
  try {
    return await drain(await other.stream(sql));
  } finally {
    await other.close();
  }
}

describe('ingesting frames', () => {
  it.each([0, 1, 100, 2049, 70_000])('gives back %i rows of every type as they were', async (count) => {
    const { connection } = session();
    const sql = `${TYPED} FROM range(${String(count)}) t(i)`;
    expect(await connection.ingest('taken in', piecesOf(await framesOf(sql)))).toBe(count);
    await connection.execute(`CREATE OR REPLACE TEMP TABLE origin AS ${sql}`);
    const [row] = await connection.queryRows(`SELECT (SELECT count(*) FROM "taken in") AS n,
      (SELECT count(*) FROM (SELECT * FROM "taken in" EXCEPT ALL SELECT * FROM origin)) AS more,
      (SELECT count(*) FROM (SELECT * FROM origin EXCEPT ALL SELECT * FROM "taken in")) AS less`);
    expect(row).toEqual({ n: BigInt(count), more: 0n, less: 0n });
  });

  it('takes what apache-arrow writes, dictionaries too, cut into any pieces', async () => {
    const { connection } = session();
    const bytes = tableToIPC(tableFromArrays({ word: ['a', 'b', null, 'a'], n: Int32Array.of(1, 2, 3, 4) }), 'stream');
    const pieces = Array.from({ length: Math.ceil(bytes.length / 7) }, (_, index) => bytes.subarray(index * 7, index * 7 + 7));
    await connection.ingest('words', piecesOf(pieces));
    expect((await connection.queryRows('SELECT * FROM words')).map((row) => [row['word'], row['n']])).toEqual([
      ['a', 1],
      ['b', 2],
      [null, 3],
      ['a', 4],
    ]);
  });

  it('takes 16 bytes that are marked as a uuid as a uuid', async () => {
    const { connection } = session();
    const field = new Field('u', new FixedSizeBinary(16), true, new Map([['ARROW:extension:name', 'arrow.uuid']]));
    const column = vectorFromArray([new Uint8Array(16).fill(7), null], new FixedSizeBinary(16)).data[0];
    const schema = new Schema([field]);
    const data = makeData({ type: new Struct([field]), length: 2, nullCount: 0, children: column === undefined ? [] : [column] });
    const bytes = tableToIPC(new Table(schema, new RecordBatch(schema, data)), 'stream');
    await connection.ingest('ids', piecesOf([bytes]));
    expect(await connection.queryRows('SELECT u, typeof(u) AS t FROM ids')).toEqual([
      { u: '07070707-0707-0707-0707-070707070707', t: 'UUID' },
      { u: null, t: 'UUID' },
    ]);
  });

  it.each([
    ['nothing', () => new Uint8Array(0)],
    ['text', () => Buffer.from('hello, this is not an Arrow stream')],
    ['a stream that ends early', () => tableToIPC(tableFromArrays({ n: Int32Array.of(1, 2) }), 'stream').slice(0, -40)],
  ])('refuses %s with STORAGE_FILE and leaves no table', async (_, bytes) => {
    const { connection } = session();
    expect((await rejection(connection.ingest('broken', piecesOf([bytes()])))).code).toBe('STORAGE_FILE');
    expect(await connection.queryRows("SELECT table_name FROM duckdb_tables() WHERE table_name = 'broken'")).toEqual([]);
  });

  it('refuses a part of a struct whose name holds U+0000', async () => {
    const bytes = tableToIPC(new Table({ s: vectorFromArray([{ 'a\0b': 1 }]) }), 'stream');
    expect((await rejection(session().connection.ingest('broken', piecesOf([bytes])))).code).toBe('STORAGE_FILE');
  });

  it('refuses a map that has a key twice, with what is wrong in words', async () => {
    const sound = Buffer.concat(await framesOf("SELECT map(['k1', 'k2'], [1, 2]) AS m"));
    const at = sound.lastIndexOf('k1k2');
    sound.write('k1k1', at);
    const error = await rejection(session().connection.ingest('broken', piecesOf([sound])));
    expect(error.code).toBe('STORAGE_FILE');
    expect(error.message).toMatch(/^the Arrow stream has values that tables cannot take: Arrow map contains duplicate key/);
  });

  it.each([
    ['of today', 1_577_836_800_123_456_000n],
    ['before 1970', -1_577_836_800_123_456_000n],
    ['just before 1970', -1000n],
  ])('takes an instant %s in nanoseconds that is whole microseconds, and refuses one that is not', async (_, nanos) => {
    const { connection } = session();
    const bytesOf = (value: bigint): Uint8Array => {
      const type = new Timestamp(TimeUnit.NANOSECOND, 'UTC');
      const column = makeData({ type, length: 2, nullCount: 1, nullBitmap: Uint8Array.of(2), data: BigInt64Array.of(1n, value) });
      const field = new Field('instant', type, true);
      const data = makeData({ type: new Struct([field]), length: 2, nullCount: 0, children: [column] });
      return tableToIPC(new Table(new Schema([field]), new RecordBatch(new Schema([field]), data)), 'stream');
    };
    await connection.ingest('instants', piecesOf([bytesOf(nanos)]));
    expect(await connection.queryRows('SELECT epoch_us(instant) AS us FROM instants')).toEqual([{ us: null }, { us: nanos / 1000n }]);
    for (const value of [nanos + 1n, nanos - 1n, nanos + 500n]) {
      const error = await rejection(connection.ingest('instants', piecesOf([bytesOf(value)])));
      expect([error.code, error.message]).toEqual(['STORAGE_FILE', expect.stringContaining('column "instant"')]);
    }
  });

  it.each([
    ['one part', [new Field('k', new Utf8())]],
    ['three parts', ['k', 'v', 'w'].map((name) => new Field(name, new Utf8()))],
  ])('refuses a map whose entries have %s', (_, parts) => {
    const map = new Map_(new Field('entries', new Struct<{ key: Utf8; value: Utf8 }>(parts)));
    expect(() => ingestType(new Field('m', map))).toThrow(
      expect.objectContaining({ code: 'STORAGE_UNSUPPORTED', message: expect.stringContaining('column "m"') as string }),
    );
  });

  it('survives random damage: a sound table, or a coded error', async () => {
    const { connection } = session();
    const sound = Buffer.concat(await framesOf(`${TYPED} FROM range(40) t(i)`));
    const damage = fc.array(fc.tuple(fc.nat(sound.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(damage, async (changes) => {
        const bytes = Uint8Array.from(sound);
        for (const [at, value] of changes) bytes[at] = value;
        const codeOf = (error: unknown): string => (error instanceof PlatformError ? error.code : String(error));
        const outcome = await connection.ingest('damaged', piecesOf([bytes])).then(() => 'sound', codeOf);
        expect(['sound', 'STORAGE_FILE', 'STORAGE_UNSUPPORTED']).toContain(outcome);
        if (outcome !== 'sound') return;
        // A value may have become one that is outside of what can be written as text, such as a time of the year 300000.
        const shown = await connection.queryRows('SELECT COLUMNS(*)::VARCHAR FROM damaged').then(() => 'shown', codeOf);
        expect(['shown', 'SQL_INVALID_VALUE', 'SQL_OVERFLOW']).toContain(shown);
      }),
      { numRuns: 200 },
    );
  });

  it.each([
    ['go backwards', Int32Array.of(0, 4, 2, 6)],
    ['leave the buffer', Int32Array.of(0, 2, 4, 600)],
    ['are negative', Int32Array.of(-8, 2, 4, 6)],
    ['are missing', Int32Array.of(0, 2)],
  ])('refuses offsets that %s before native code follows them', (_, valueOffsets) => {
    const data = makeData({ type: new Utf8(), length: 3, nullCount: 0, valueOffsets, data: Buffer.from('abcdef') });
    expect(() => {
      checkArrowData(new Field('s', new Utf8()), data);
    }).toThrow(PlatformError);
  });
});

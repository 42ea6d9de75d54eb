import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase, quoteText } from '../../../../runtime/duckdb/index.ts';
import type { Row } from '../../../../runtime/arrow/index.ts';
import {
  type ColumnStatistics,
  type DataFile,
  type Field,
  type FileSource,
  locationToPath,
  PlatformError,
  type StagingTarget,
} from '../../../../spi/index.ts';
import { OperationDatabases } from '../../../../storage/data/operation/operation-databases.ts';
import { writeFile } from '../../../../storage/data/operation/write-file.ts';
import { writeSmallFile } from '../../../../storage/data/operation/write-small-file.ts';
import { SMALL_BYTES_MAX } from '../../../../storage/data/source/small-ndjson.ts';
import { columns } from './fixture/data-workbench.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'small-file-')));
const folder = (name: string): string => {
  mkdirSync(join(root, name), { recursive: true });
  return join(root, name);
};
const databases = new OperationDatabases({
  threads: 1,
  memoryBytesMax: 512 << 20,
  spoolDirectory: folder('spool'),
  dataDirectory: folder('tables'),
  uploadsDirectory: folder('uploads'),
});
const database = openDatabase();
const reader = database.connect();
const signal = new AbortController().signal;
/** A file with them is not small, and holds nothing else. */
const BLANKS = '\n'.repeat(SMALL_BYTES_MAX);
let names = 0;

beforeAll(() => databases.warmUp());
afterAll(async () => {
  await database.close();
  rmSync(root, { recursive: true });
});

const target = (fields: readonly Field[]): StagingTarget => ({
  directory: folder(join('tables', String((names += 1)))),
  fields,
  partitionSpec: { specId: 0, fields: [] },
  fileSizeBytesTarget: 64 << 20,
});

function upload(content: string | Uint8Array): FileSource {
  const path = join(root, 'uploads', `${String((names += 1))}.ndjson`);
  writeFileSync(path, content);
  return { path, format: 'ndjson', options: {}, columns: null };
}

async function rowsOf(files: readonly DataFile[]): Promise<readonly Row[]> {
  const paths = files.map(({ uri }) => quoteText(locationToPath(uri)));
  return paths.length === 0 ? [] : reader.queryRows(`SELECT * FROM read_parquet([${paths.join(', ')}])`);
}

/** Bounds with the one spelling of the zone UTC. */
const bounds = ({ lowerBound, upperBound }: ColumnStatistics) => ({
  lowerBound: lowerBound?.replace(/Z$/, '+00'),
  upperBound: upperBound?.replace(/Z$/, '+00'),
});

/** What was written, but for the names of the files, the room that they take and the order in which their columns are told. */
const told = async (files: readonly DataFile[]): Promise<unknown> => ({
  rows: await rowsOf(files),
  facts: files.map(({ rows, partition, columns: facts }) => ({
    rows,
    partition,
    facts: facts.map((fact) => ({ ...fact, ...bounds(fact), sizeBytes: 0 })).sort((left, right) => left.fieldId - right.fieldId),
  })),
});

const small = (content: string | Uint8Array, fields: readonly Field[]) =>
  writeSmallFile(databases, target(fields), upload(content), signal);

async function byQuery(content: string, fields: readonly Field[]): Promise<unknown> {
  return told(await writeFile(databases, target(fields), upload(content + BLANKS), signal));
}

const WIDE = columns({
  b: 'bigint',
  d: 'double',
  e: { kind: 'decimal', precision: 20, scale: 4 },
  v: 'varchar',
  t: 'timestamp',
  f: 'boolean',
  l: { kind: 'list', element: { kind: 'varchar' }, elementNullable: true, elementId: 20 },
});

/** Columns of which the footer of a file tells all. */
const FLAT = [
  ...WIDE.filter(({ type }) => type.kind !== 'double' && type.kind !== 'list'),
  ...columns({ i: 'integer', y: 'date', z: 'timestamptz', s: { kind: 'decimal', precision: 6, scale: 2 } }).map((field, index) => ({
    ...field,
    id: 30 + index,
  })),
];

describe('a small NDJSON file', () => {
  it.each([
    ['numbers', '{"b":1,"d":1.5,"e":2.25,"v":3}\n{"b":-9007199254740993,"d":-0.0,"e":-0,"v":1e400}\n{"v":12345678901234567890123}'],
    [
      'numbers in other forms',
      '{"b":"7","d":"1e3","e":"0.0001","v":1.10}\n{"v":1E5}\n{"v":-0}\n{"v":0.1e-7}\n{"v":100000000000000000000.5}',
    ],
    ['texts', '{"v":"a\\"b\\\\c\\n\\u0001\\ud83d\\ude00é"}\n{"v":""}\n{"v":" \\t"}\n{"v":"\\u0000x"}'],
    ['nested values', '{"v":{"a":[1,{"b":null}],"a":2},"l":["x",1,null,{"y":1.0}]}\n{"l":[]}\n{"l":null,"v":[1, 2 ]}'],
    ['what is missing or null', '{}\n{"b":null}\n{"v":null}\n{"f":true}\n{"f":false,"t":"2001-02-03T04:05:06.5"}'],
    ['keys in another case', '{"B":1,"V":"x"}\n{"V":"y"}'],
    ['lines of all ends', ' {"b":1} \r\n\n\t\n{"b":2}'],
  ])('has the rows and facts that the query of the file gives: %s', async (_, content) => {
    const files = await small(content, WIDE);
    expect(await told(files ?? [])).toEqual(await byQuery(content, WIDE));
    expect(files).toHaveLength(1);
  });

  it.each([
    [
      'numbers',
      '{"b":-9007199254740993,"e":-0.5,"i":-7,"s":-1.25}\n{"b":9223372036854775807,"e":"1234567890123456.7891","i":2147483647,"s":9999.99}',
    ],
    [
      'instants',
      '{"t":"1969-12-31T23:59:59.999999","y":"0001-01-01","z":"2024-02-29T12:00:00+02:00"}\n{"t":"2262-01-01","y":"9999-12-31"}',
    ],
    ['truth', '{"f":false}\n{"f":null}\n{"f":true}'],
    ['nothing', '{"v":null}\n{"b":null}'],
    ['texts', '{"v":""}\n{"v":"\ud83d\ude00é"}\n{"v":"\\u0000x"}'],
    ['texts that are nearly long', `{"v":"${'a'.repeat(190)}"}\n{"v":"${'é'.repeat(95)}"}`],
    ['long texts', `{"v":"${'a'.repeat(300)}"}\n{"v":"${'é'.repeat(6000)}"}`],
    ['many rows', Array.from({ length: 5000 }, (_, row) => `{"i":${String(row)}}`).join('\n')],
  ])('has the facts that the query of the file gives when its footer tells them: %s', async (_, content) => {
    const files = (await small(content, FLAT)) ?? [];
    expect(files).toHaveLength(1);
    expect(await told(files)).toEqual(await byQuery(content, FLAT));
    const [size] = await reader.queryRows(
      `SELECT sum(total_compressed_size)::BIGINT AS bytes FROM parquet_metadata(${quoteText(locationToPath(files[0]?.uri ?? ''))})`,
    );
    expect(files[0]?.columns.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0)).toBe(Number(size?.['bytes']));
  });

  it.each(['{"d":0}\n{"d":-0.0}', '{"d":1.5}', '{"d":"NaN"}\n{"d":1}'])(
    'has the facts that the query of the file gives of floating numbers, of which its footer tells less: %s',
    async (content) => {
      const fields = columns({ d: 'double' });
      expect(await told((await small(content, fields)) ?? [])).toEqual(await byQuery(content, fields));
    },
  );

  it('has the rows that the query of the file gives, whatever JSON it holds', async () => {
    const fields = columns({ v: 'varchar', w: 'varchar' });
    const line = fc.record({ v: fc.jsonValue(), w: fc.jsonValue({ noUnicodeString: false }) }, { requiredKeys: [] });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 5 }), async (lines) => {
        const content = lines.map((one) => JSON.stringify(one)).join('\n');
        const files = await small(content, fields);
        if (files !== null) expect(await told(files)).toEqual(await byQuery(content, fields));
      }),
      { numRuns: 40 },
    );
  });

  it('is written with the ids of the fields, by one statement again and again, into files of their own', async () => {
    const fields = columns({ id: 'bigint', word: 'varchar' });
    const into = target(fields);
    const written: DataFile[] = [];
    for (const id of [1, 2, 3])
      written.push(...((await writeSmallFile(databases, into, upload(`{"id":${String(id)},"word":"w${String(id)}"}`), signal)) ?? []));
    expect(readdirSync(into.directory).sort()).toEqual(written.map(({ uri }) => basename(locationToPath(uri))).sort());
    expect(written.map(({ columns: [id] }) => [id?.fieldId, id?.lowerBound, id?.upperBound])).toEqual([
      [1, '1', '1'],
      [1, '2', '2'],
      [1, '3', '3'],
    ]);
    expect(await rowsOf(written)).toEqual([1, 2, 3].map((id) => ({ id: BigInt(id), word: `w${String(id)}` })));
    const [schema] = await reader.queryRows(
      `SELECT list(field_id ORDER BY field_id) AS ids FROM parquet_schema(${quoteText(locationToPath(written[0]?.uri ?? ''))}) WHERE field_id IS NOT NULL`,
    );
    expect((schema?.['ids'] as readonly unknown[]).map(Number)).toEqual([1, 2]);
  });

  it.each([
    ['that has a key twice', '{"id":1,"id":2}'],
    ['that has a key twice, spelt in two ways', '{"id":1,"\\u0069d":2}'],
    ['with a key that the table lacks', '{"id":1,"other":2}'],
    ['with a value that does not fit', '{"id":1}\n{"id":"x"}'],
    ['with half of a sign', '{"id":"\\ud800"}'],
    ['without a value that must be there', '{"id":null}'],
    ['that breaks off', '{"id":1'],
    ['without a key', '{}'],
    ['of nothing', ''],
  ])('is left to the query, with nothing written: one %s', async (_, content) => {
    const into = target(columns({ id: 'bigint', word: 'varchar' }, ['id']));
    expect(await writeSmallFile(databases, into, upload(content), signal)).toBeNull();
    expect(readdirSync(into.directory)).toEqual([]);
  });

  it('is left to the query where the table has partitions or an order, or the file options or a list of columns', async () => {
    const fields = columns({ id: 'bigint' });
    const partitioned: StagingTarget = {
      ...target(fields),
      partitionSpec: { specId: 0, fields: [{ sourceId: 1, fieldId: 1000, name: 'id', transform: { kind: 'identity' } }] },
    };
    const ordered: StagingTarget = {
      ...target(fields),
      sortOrder: { orderId: 1, keys: [{ fieldId: 1, descending: false, nullsFirst: true }] },
    };
    const file = upload('{"id":1}');
    for (const into of [partitioned, ordered]) expect(await writeSmallFile(databases, into, file, signal)).toBeNull();
    for (const more of [{ options: { header: true } }, { columns: ['id'] }])
      expect(await writeSmallFile(databases, target(fields), { ...file, ...more }, signal)).toBeNull();
  });

  it('is not written for a caller who has left', async () => {
    const gone = AbortSignal.abort(new PlatformError('ENGINE_CANCELLED', 'The client went away.'));
    const into = target(columns({ id: 'bigint' }));
    await expect(writeSmallFile(databases, into, upload('{"id":1}'), gone)).rejects.toMatchObject({ code: 'ENGINE_CANCELLED' });
    expect(readdirSync(into.directory)).toEqual([]);
  });
});

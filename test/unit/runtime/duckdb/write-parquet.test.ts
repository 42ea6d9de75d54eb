import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { DataType, Field, PartitionTransform } from '../../../../spi/index.ts';
import { quoteText, writeParquet, type WrittenFile } from '../../../../runtime/duckdb/index.ts';
import { openSession, rejection } from './session.ts';

const session = openSession();
const root = mkdtempSync(join(tmpdir(), 'write-parquet-'));
let folders = 0;

afterAll(() => {
  rmSync(root, { recursive: true });
});

function field(id: number, name: string, type: DataType, nullable = true): Field {
  return { id, name, type, nullable };
}

const POINT: DataType = {
  kind: 'struct',
  fields: [
    { id: 11, name: 'x y', type: { kind: 'bigint' }, nullable: true },
    { id: 12, name: 'q"', type: { kind: 'varchar' }, nullable: true },
  ],
};

/** Columns `i`, `name`, `at`, `price` for partitions, then every other kind. */
const FIELDS: readonly Field[] = [
  field(1, 'i', { kind: 'bigint' }, false),
  field(2, 'name', { kind: 'varchar' }),
  field(3, 'at', { kind: 'timestamptz' }),
  field(4, 'price', { kind: 'decimal', precision: 9, scale: 2 }),
  field(5, 'tags', { kind: 'list', element: { kind: 'varchar' }, elementNullable: true, elementId: 13 }),
  field(6, 'point', POINT),
  field(7, 'raw', { kind: 'varbinary' }),
  field(8, 'ratio', { kind: 'double' }),
];

const ROWS = `SELECT i, CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'a/b=c%é' ELSE 'x' || i END,
  TIMESTAMPTZ '1969-12-31 22:30:00+00' + to_minutes(i * 37), i * 1.37 - 5, [NULL, 't' || i], {'x y': i, 'q"': 'z'}, encode('r' || i),
  CASE WHEN i = 3 THEN 'NaN'::DOUBLE ELSE i / 2 END FROM range(10) t(i)`;

interface Setup {
  readonly selectSql?: string;
  readonly fields?: readonly Field[];
  readonly sourceId?: number;
  readonly transform?: PartitionTransform;
  readonly ordered?: boolean;
  readonly fileSizeBytesTarget?: number;
}

async function write(setup: Setup): Promise<{ readonly directory: string; readonly files: readonly WrittenFile[] }> {
  folders += 1;
  const directory = join(root, String(folders));
  const partition =
    setup.transform === undefined ? [] : [{ sourceId: setup.sourceId ?? 1, fieldId: 1000, name: 'p', transform: setup.transform }];
  await session().connection.execute(`COPY (SELECT 1) TO ${quoteText(directory)} (FORMAT parquet, PER_THREAD_OUTPUT)`);
  for (const name of readdirSync(directory)) rmSync(join(directory, name));
  const files = await writeParquet(session().connection, {
    selectSql: setup.selectSql ?? ROWS,
    fields: setup.fields ?? FIELDS,
    partitionSpec: { specId: 0, fields: partition },
    directory,
    fileSizeBytesTarget: setup.fileSizeBytesTarget ?? 100 << 20,
    ordered: setup.ordered ?? false,
  });
  return { directory, files };
}

describe('a Parquet file that is written', () => {
  it('carries the field ids of all its columns, nested ones too', async () => {
    const { files } = await write({});
    const schema = await session().connection.queryRows(
      `SELECT name, field_id FROM parquet_schema(${quoteText(files[0]?.path ?? '')}) WHERE field_id IS NOT NULL ORDER BY field_id`,
    );
    expect(schema.map((row) => [row['name'], row['field_id']])).toEqual([
      ['i', 1n],
      ['name', 2n],
      ['at', 3n],
      ['price', 4n],
      ['tags', 5n],
      ['point', 6n],
      ['raw', 7n],
      ['ratio', 8n],
      ['x y', 11n],
      ['q"', 12n],
      ['element', 13n],
    ]);
  });

  it('tells counts and bounds of its columns in canonical text', async () => {
    const { files } = await write({});
    const columns = new Map(files[0]?.columns.map((column) => [column.fieldId, column]));
    expect(columns.get(1)).toMatchObject({ valueCount: 10, nullCount: 0, lowerBound: '0', upperBound: '9' });
    expect(columns.get(2)).toMatchObject({ valueCount: 10, nullCount: 3, lowerBound: '', upperBound: 'x7' });
    expect(columns.get(3)).toMatchObject({ lowerBound: '1969-12-31 22:30:00Z', upperBound: '1970-01-01 04:03:00Z' });
    expect(columns.get(4)).toMatchObject({ lowerBound: '-5.00', upperBound: '7.33' });
    expect(columns.get(7)).toMatchObject({ lowerBound: 'cjA=', upperBound: 'cjk=' });
    expect(columns.get(8)).toMatchObject({ lowerBound: '0', upperBound: '4.5' });
    expect(columns.get(8)?.nanCount).toBeUndefined();
    expect(columns.get(11)).toMatchObject({ lowerBound: '0', upperBound: '9' });
    expect(columns.get(13)).toMatchObject({ valueCount: 20, nullCount: 10 });
    expect(columns.get(13)?.lowerBound).toBeUndefined();
  });

  it('is left out when there are no rows', async () => {
    const { directory, files } = await write({ selectSql: `SELECT * FROM (${ROWS}) WHERE i < 0` });
    expect([files, readdirSync(directory)]).toEqual([[], []]);
  });

  it('is refused when a column that is not nullable holds NULL', async () => {
    const fields = [field(1, 'i', { kind: 'bigint' }, false)];
    const error = await rejection(write({ selectSql: 'SELECT NULL', fields }));
    expect([error.code, error.message]).toEqual(['SQL_INVALID_VALUE', 'column "i" of type bigint must not be NULL']);
  });

  it('stands beside others when there is more than the target size, and holds each row once', async () => {
    const fields = [field(1, 'i', { kind: 'bigint' }), field(2, 'h', { kind: 'double' })];
    const selectSql = 'SELECT i, hash(i)::DOUBLE FROM range(2000000) t(i)';
    const { files } = await write({ selectSql, fields, fileSizeBytesTarget: 2 << 20 });
    expect(files.length).toBeGreaterThan(1);
    const paths = files.map((file) => quoteText(file.path)).join(', ');
    const [row] = await session().connection.queryRows(`SELECT count(DISTINCT i) AS n, count(*) AS all_rows FROM read_parquet([${paths}])`);
    expect(row).toEqual({ n: 2_000_000n, all_rows: 2_000_000n });
  });

  it('keeps the order of a sorted query', async () => {
    const fields = [field(1, 'h', { kind: 'bigint' })];
    const selectSql = 'SELECT (hash(i) % 1000000)::BIGINT AS h FROM range(500000) t(i) ORDER BY h';
    const { files } = await write({ selectSql, fields, ordered: true });
    const [row] = await session().connection.queryRows(
      `SELECT count(*) FILTER (h < before) AS n FROM (SELECT h, lag(h) OVER (ORDER BY file_row_number) AS before
       FROM read_parquet(${quoteText(files[0]?.path ?? '')}, file_row_number = true))`,
    );
    expect([files.length, row]).toEqual([1, { n: 0n }]);
  });
});

describe('a partitioned write', () => {
  it.each<[string, number, PartitionTransform, readonly (string | null)[]]>([
    ['identity of texts', 2, { kind: 'identity' }, [null, '', 'a/b=c%é', 'x3', 'x7']],
    ['truncated texts', 2, { kind: 'truncate', width: 1 }, [null, '', 'a', 'x']],
    ['truncated integers', 1, { kind: 'truncate', width: 4 }, ['0', '4', '8']],
    ['truncated decimals', 4, { kind: 'truncate', width: 500 }, ['-5.00', '0.00', '5.00']],
    ['truncated bytes', 7, { kind: 'truncate', width: 1 }, ['cg==']],
    ['identity of doubles', 8, { kind: 'bucket', buckets: 1 }, []],
    ['days', 3, { kind: 'day' }, ['-1', '0']],
    ['hours', 3, { kind: 'hour' }, ['-1', '-2', '0', '1', '2', '3', '4']],
    ['months', 3, { kind: 'month' }, ['-1', '0']],
    ['years', 3, { kind: 'year' }, ['-1', '0']],
    ['buckets', 1, { kind: 'bucket', buckets: 4 }, ['0', '1', '2', '3']],
  ])("by %s says each file's value", async (_, sourceId, transform, expected) => {
    if (expected.length === 0) {
      expect((await rejection(write({ sourceId, transform }))).code).toBe('STORAGE_UNSUPPORTED');
      return;
    }
    const { files } = await write({ sourceId, transform });
    const values = files.map((file) => file.partition[0] ?? null);
    expect(new Set(values)).toEqual(new Set(expected));
    expect(files.reduce((sum, file) => sum + file.rows, 0)).toBe(10);
  });

  it('leaves all columns of the table in the files and none besides', async () => {
    const { files } = await write({ sourceId: 1, transform: { kind: 'identity' } });
    const rows = await session().connection.queryRows(
      `SELECT * FROM read_parquet(${quoteText(files[0]?.path ?? '')}, hive_partitioning = false)`,
    );
    expect(Object.keys(rows[0] ?? {})).toEqual(FIELDS.map((column) => column.name));
    expect(rows.map((row) => row['i'])).toEqual([BigInt(files[0]?.partition[0] ?? -1)]);
  });
});

import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRows, type Row } from '../../../../runtime/arrow/index.ts';
import { assert, type Expression, type NewColumn, type NewPartitionField, type TableSnapshot } from '../../../../spi/index.ts';
import { openWarehouse, type Warehouse } from '../../../../storage/index.ts';
import { type DataWorkbench, openWorkbench } from '../data/fixture/data-workbench.ts';

let bench: DataWorkbench;
let warehouse: Warehouse;
let made = 0;
beforeAll(async () => {
  bench = await openWorkbench();
  warehouse = await openWarehouse({ directory: join(bench.directory, 'warehouse'), dataService: bench.service, onLog: () => undefined });
});
afterAll(async () => {
  await warehouse.close();
  await bench.close();
});

const COLUMNS: readonly NewColumn[] = [
  { name: 'id', type: { kind: 'bigint' }, nullable: false },
  { name: 'day', type: { kind: 'date' }, nullable: true },
  { name: 'price', type: { kind: 'decimal', precision: 9, scale: 2 }, nullable: true },
  { name: 'word', type: { kind: 'varchar' }, nullable: true },
  {
    name: 'p',
    type: {
      kind: 'struct',
      fields: [
        { name: 'x', type: { kind: 'integer' }, nullable: true },
        { name: 'l', type: { kind: 'list', element: { kind: 'varchar' }, elementNullable: true }, nullable: true },
      ],
    },
    nullable: true,
  },
];
const VALUES =
  "i AS id, DATE '2024-02-01' + i::INTEGER AS day, (i / 4)::DECIMAL(9,2) AS price, 'w' || i AS word, {'x': i::INTEGER, 'l': ['a', NULL]} AS p";

async function table(name: string, partitioning: readonly NewPartitionField[] = []): Promise<void> {
  await warehouse.writer.createTable(
    { name: { schema: 'main', name }, columns: COLUMNS, partitioning, properties: {}, comment: null },
    'fail',
  );
}

async function snapshot(name: string): Promise<TableSnapshot> {
  const found = await warehouse.catalog.resolve({ schema: 'main', name });
  assert(found?.kind === 'table', 'the table is there');
  return found;
}

/** Writes a file without field ids, as other programs do. */
async function fileOf(query: string, options = ''): Promise<string> {
  const path = join(bench.directory, 'theirs', `f${String((made += 1))}.parquet`);
  mkdirSync(dirname(path), { recursive: true });
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet${options})`);
  connection.closeSync();
  instance.closeSync();
  return path;
}

async function add(name: string, paths: readonly string[], pathValues: Readonly<Record<string, string>> = {}) {
  const transaction = await warehouse.sink.begin({ kind: 'append', table: (await snapshot(name)).ref });
  const files = paths.map((path) => ({ path, name: path, pathValues }));
  try {
    return await transaction.commit([await transaction.adoptFiles('add', 1, files)], `key-${String((made += 1))}`);
  } finally {
    await transaction.abort();
  }
}

async function rowsOf(name: string, filter: Expression | null = null) {
  const found = await snapshot(name);
  const columns = found.fields.map((field, index) => ({ ...field, id: index, fieldId: field.id }));
  const plan = await warehouse.source.plan({ table: found.ref, snapshotId: found.snapshotId, schemaId: found.schemaId, columns, filter });
  const rows: Row[] = [];
  for (const split of plan.splits) {
    const frames: Uint8Array[] = [];
    for await (const frame of warehouse.source.read(split, columns)) frames.push(Uint8Array.from(frame));
    rows.push(...readRows(frames));
  }
  return { plan, rows };
}

const equals = (id: number, type: NewColumn['type'], value: string): Expression => ({
  kind: 'call',
  function: 'eq',
  arguments: [
    { kind: 'column', id, type },
    { kind: 'literal', type, value },
  ],
  type: { kind: 'boolean' },
});

describe('files that are added', () => {
  it('are read as they are, skipped by the bounds of their footers, and found by id after their columns were renamed', async () => {
    await table('plain');
    const paths = [await fileOf(`SELECT ${VALUES} FROM range(3) r(i)`), await fileOf(`SELECT ${VALUES} FROM range(10, 12) r(i)`)];
    expect(await add('plain', paths)).toMatchObject({ rows: 5 });
    const before = await rowsOf('plain');
    expect(before.rows.map((row) => row['word'])).toEqual(['w0', 'w1', 'w2', 'w10', 'w11']);
    expect(before.rows[1]).toMatchObject({ id: 1n, day: '2024-02-02', price: '0.25', word: 'w1' });
    for (const filter of [equals(0, { kind: 'bigint' }, '11'), equals(2, { kind: 'decimal', precision: 9, scale: 2 }, '0.50')]) {
      const { plan } = await rowsOf('plain', filter);
      expect(plan).toMatchObject({ filesTotal: 2, filesSkipped: 1 });
    }
    await warehouse.writer.alterTable((await snapshot('plain')).ref, [
      { kind: 'rename_column', column: ['word'], newName: 'label' },
      { kind: 'rename_column', column: ['p', 'x'], newName: 'y' },
      { kind: 'widen_column', column: ['price'], type: { kind: 'decimal', precision: 20, scale: 2 } },
    ]);
    const after = await rowsOf('plain');
    expect(after.rows.map((row) => row['label'])).toEqual(['w0', 'w1', 'w2', 'w10', 'w11']);
    expect(JSON.stringify(after.rows[3]?.['p'])).toContain('10');
    expect(await warehouse.verify({ schema: 'main', name: 'plain' })).toMatchObject({ files: 2, filesWithoutChecksum: 0 });
  });

  it('may lack columns that take NULL, which are NULL then', async () => {
    await table('narrow');
    await add('narrow', [await fileOf('SELECT i AS id FROM range(2) r(i)')]);
    await add('narrow', [await fileOf(`SELECT ${VALUES} FROM range(5, 6) r(i)`)]);
    const { rows } = await rowsOf('narrow');
    expect(rows.map((row) => [row['id'], row['word']]).sort()).toEqual(
      [
        [0n, null],
        [1n, null],
        [5n, 'w5'],
      ].sort(),
    );
  });

  it('lie in the partition that their bounds or folders tell', async () => {
    await table('months', [{ column: 'day', transform: { kind: 'month' } }]);
    await add('months', [await fileOf(`SELECT ${VALUES} FROM range(20) r(i)`)]);
    const february = await rowsOf('months', equals(1, { kind: 'date' }, '2024-03-01'));
    expect(february.plan).toMatchObject({ filesTotal: 1, filesSkipped: 1 });
    await expect(add('months', [await fileOf(`SELECT ${VALUES} FROM range(20, 40) r(i)`)])).rejects.toMatchObject({
      code: 'SQL_INVALID_VALUE',
    });
    await table('words', [{ column: 'word', transform: { kind: 'identity' } }]);
    await add('words', [await fileOf('SELECT i AS id FROM range(2) r(i)')], { word: 'from the path' });
    await add('words', [await fileOf(`SELECT i AS id, 'own' AS word FROM range(7, 9) r(i)`)], { word: 'not this' });
    await add('words', [await fileOf('SELECT i AS id FROM range(3, 4) r(i)')], { word: '__HIVE_DEFAULT_PARTITION__' });
    expect((await rowsOf('words')).rows.map((row) => row['word']).sort()).toEqual(
      ['from the path', 'from the path', null, 'own', 'own'].sort(),
    );
    await expect(add('words', [await fileOf('SELECT 1::BIGINT AS id')])).rejects.toMatchObject({ code: 'SQL_INVALID_VALUE' });
    await expect(add('words', [await fileOf(`SELECT ${VALUES} FROM range(2) r(i)`)])).rejects.toMatchObject({ code: 'SQL_INVALID_VALUE' });
    await table('buckets', [{ column: 'id', transform: { kind: 'bucket', buckets: 4 } }]);
    await add('buckets', [await fileOf('SELECT 9::BIGINT AS id FROM range(3)')]);
    await expect(add('buckets', [await fileOf('SELECT i AS id FROM range(2) r(i)')])).rejects.toMatchObject({ code: 'SQL_INVALID_VALUE' });
  });

  it.each([
    ['another type', 'SELECT 1::INTEGER AS id', 'SQL_TYPE_MISMATCH'],
    ['another unit of time', "SELECT 1::BIGINT AS id, TIMESTAMP '2024-01-01' AS day", 'SQL_TYPE_MISMATCH'],
    ['another scale', 'SELECT 1::BIGINT AS id, 1::DECIMAL(9,3) AS price', 'SQL_TYPE_MISMATCH'],
    ['a part missing', "SELECT 1::BIGINT AS id, {'x': 1} AS p", 'SQL_TYPE_MISMATCH'],
    ['an unknown column', 'SELECT 1::BIGINT AS id, 2 AS strange', 'SQL_UNKNOWN_COLUMN'],
    ['a name in another case', 'SELECT 1::BIGINT AS "ID"', 'SQL_UNKNOWN_COLUMN'],
    ['NULL where none may be', 'SELECT nullif(i, 1) AS id FROM range(3) r(i)', 'SQL_INVALID_VALUE'],
    ['a missing column that takes no NULL', "SELECT 'w' AS word", 'SQL_INVALID_VALUE'],
  ])('are refused for %s, and leave nothing', async (_, query, code) => {
    const name = `refused_${String((made += 1))}`;
    await table(name);
    await expect(add(name, [await fileOf(query)])).rejects.toMatchObject({ code });
    expect((await snapshot(name)).snapshotId).toBeNull();
  });

  it('are refused when the table has them, or one call names them twice, or they are damaged', async () => {
    await table('twice');
    const path = await fileOf('SELECT 1::BIGINT AS id');
    await expect(add('twice', [path, path])).rejects.toMatchObject({ code: 'STORAGE_FILE' });
    await add('twice', [path]);
    await expect(add('twice', [path])).rejects.toMatchObject({
      code: 'STORAGE_FILE',
      message: expect.stringContaining('already') as string,
    });
    await expect(
      add('twice', [await fileOf('SELECT 2::BIGINT AS id'), await fileOf("SELECT 3::BIGINT AS id, 'w' AS word")]),
    ).rejects.toMatchObject({
      code: 'SQL_TYPE_MISMATCH',
    });
    const damaged = bench.file('parquet', Buffer.concat([Buffer.from('PAR1 something'), Buffer.from([200, 0, 0, 0]), Buffer.from('PAR1')]));
    await expect(add('twice', [damaged.path])).rejects.toMatchObject({ code: 'STORAGE_FILE' });
    expect((await rowsOf('twice')).rows).toHaveLength(1);
  });
});

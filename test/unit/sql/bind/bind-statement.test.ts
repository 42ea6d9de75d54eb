import { beforeAll, describe, expect, it } from 'vitest';
import { assert } from '../../../../spi/index.ts';
import { createTableText } from '../../../../sql/bind/create-table-text.ts';
import { bindText, catalogOf } from '../../../support/bind-text.ts';
import type { MemoryCatalog } from '../../../support/memory-catalog.ts';
import { SALES_TABLES } from '../../../support/sales-tables.ts';

let catalog: MemoryCatalog;
beforeAll(async () => {
  catalog = await catalogOf(SALES_TABLES);
});

const refusal = async (text: string): Promise<string> => {
  const outcome: unknown = await bindText(text, catalog).catch((error: unknown) => error);
  return (outcome as { code?: string }).code ?? 'bound';
};

describe('CREATE TABLE', () => {
  it('gives a spec of names, types, nullability, comments and partition fields', async () => {
    const text =
      "CREATE TABLE IF NOT EXISTS z (a SMALLINT NOT NULL COMMENT 'key', b VARCHAR(10), l DOUBLE[]) PARTITIONED BY (bucket(16, a), B)";
    expect(await bindText(text, catalog)).toEqual({
      kind: 'create_table',
      ifExists: 'keep',
      spec: {
        name: { schema: 'main', name: 'z' },
        columns: [
          { name: 'a', type: { kind: 'integer' }, nullable: false, comment: 'key' },
          { name: 'b', type: { kind: 'varchar' }, nullable: true },
          { name: 'l', type: { kind: 'list', element: { kind: 'double' }, elementNullable: true }, nullable: true },
        ],
        partitioning: [
          { column: 'a', transform: { kind: 'bucket', buckets: 16 } },
          { column: 'b', transform: { kind: 'identity' } },
        ],
        properties: {},
        comment: null,
      },
    });
  });

  it('with a query takes its columns', async () => {
    const bound = await bindText('CREATE TABLE z AS SELECT a, d AS price FROM t', catalog);
    expect(bound).toMatchObject({ kind: 'create_table_as', ifExists: 'fail', spec: { columns: [{ name: 'a' }, { name: 'price' }] } });
  });

  it.each([
    ['CREATE TABLE z AS SELECT null AS q', 'SQL_TYPE_MISMATCH'],
    ["CREATE TABLE z AS SELECT INTERVAL '1' DAY AS q", 'SQL_TYPE_MISMATCH'],
    ['CREATE TABLE z AS SELECT a, a FROM t', 'SQL_DUPLICATE_NAME'],
    ['CREATE TABLE z (a INTEGER, A BIGINT)', 'SQL_DUPLICATE_NAME'],
    ['CREATE TABLE z (a INTERVAL)', 'SQL_TYPE_MISMATCH'],
    ['CREATE TABLE z (a UINTEGER)', 'SQL_UNKNOWN_TYPE'],
    ['CREATE TABLE z (a DECIMAL(39, 0))', 'SQL_UNKNOWN_TYPE'],
    ['CREATE TABLE z (a INTEGER) PARTITIONED BY (b)', 'SQL_UNKNOWN_COLUMN'],
    ['CREATE TABLE z (a INTEGER) PARTITIONED BY (weekly(a))', 'SQL_UNKNOWN_FUNCTION'],
    ['CREATE TABLE z (a INTEGER DEFAULT 1 + 1)', 'SQL_UNSUPPORTED'],
    ['CREATE TABLE z (a INTEGER[] DEFAULT [1])', 'SQL_UNSUPPORTED'],
    ["CREATE TABLE z (a DATE DEFAULT 'x')", 'SQL_INVALID_VALUE'],
    ['CREATE TABLE z (a INTEGER, PRIMARY KEY (a))', 'SQL_UNSUPPORTED'],
  ])('is refused: %s', async (text, code) => {
    expect(await refusal(text)).toBe(code);
  });
});

describe('INSERT', () => {
  it('puts out the columns of the table in their order, missing ones as NULL', async () => {
    const bound = await bindText("INSERT INTO u (x, a) VALUES (1, 2), ('2.5', 3)", catalog);
    assert(bound.kind === 'insert', bound.kind);
    expect(bound.query.plan.output.map(({ name, type }) => [name, type.kind])).toEqual([
      ['a', 'integer'],
      ['c', 'varchar'],
      ['x', 'double'],
    ]);
    expect(bound.mode).toBe('append');
  });

  it('matches columns by name when asked to', async () => {
    expect(await refusal('INSERT INTO u BY NAME SELECT a, 1 AS x FROM t')).toBe('bound');
    expect(await refusal('INSERT INTO u BY NAME SELECT a AS nothing FROM t')).toBe('SQL_UNKNOWN_COLUMN');
  });

  it('narrows numbers and takes string literals for dates', async () => {
    expect(await refusal("INSERT INTO t (a, e) SELECT b, '2001-02-03' FROM t")).toBe('bound');
    expect(await refusal("INSERT INTO t (a, e) VALUES (1.6, '2001-02-03')")).toBe('bound');
  });

  it('overwrites', async () => {
    expect(await bindText('INSERT OVERWRITE u SELECT * FROM u', catalog)).toMatchObject({ kind: 'insert', mode: 'overwrite' });
  });

  it.each([
    ['INSERT INTO t (b) VALUES (1)', 'SQL_INVALID_VALUE'],
    ['INSERT INTO t (a) VALUES (NULL)', 'SQL_INVALID_VALUE'],
    ['INSERT INTO t (a) VALUES (DEFAULT)', 'SQL_INVALID_VALUE'],
    ['INSERT INTO u VALUES (1)', 'SQL_TYPE_MISMATCH'],
    ['INSERT INTO u SELECT a FROM t', 'SQL_TYPE_MISMATCH'],
    ['INSERT INTO u (x) SELECT c FROM t', 'SQL_TYPE_MISMATCH'],
    ["INSERT INTO t (a, e) VALUES (1, 'soon')", 'SQL_INVALID_VALUE'],
    ['INSERT INTO u (a, A) VALUES (1, 2)', 'SQL_DUPLICATE_NAME'],
    ['INSERT INTO u (z) VALUES (1)', 'SQL_UNKNOWN_COLUMN'],
    ['INSERT INTO nothing VALUES (1)', 'CATALOG_UNKNOWN_TABLE'],
  ])('is refused: %s', async (text, code) => {
    expect(await refusal(text)).toBe(code);
  });
});

describe('CREATE VIEW', () => {
  it('keeps the text of its query', async () => {
    expect(await bindText("CREATE OR REPLACE VIEW v (x) AS SELECT a FROM t WHERE c = 'y'", catalog)).toEqual({
      kind: 'create_view',
      ifExists: 'replace',
      view: {
        name: { schema: 'main', name: 'v' },
        sql: "SELECT a FROM t WHERE c = 'y'",
        defaultSchema: 'main',
        columnNames: ['x'],
        comment: null,
      },
    });
  });

  it('is refused when its query is wrong', async () => {
    expect(await refusal('CREATE VIEW v AS SELECT nothing FROM t')).toBe('SQL_UNKNOWN_COLUMN');
  });
});

describe('COPY', () => {
  it('reads format and options from the text', async () => {
    expect(await bindText("COPY u (a, x) FROM '/data/u.csv' (HEADER, DELIMITER ';', NULL '-')", catalog)).toMatchObject({
      kind: 'copy_from',
      path: '/data/u.csv',
      format: 'csv',
      options: { header: true, delimiter: ';', nullText: '-' },
      columns: ['a', 'x'],
    });
  });

  it('takes the format from the name of the file, unless told', async () => {
    expect(await bindText("COPY (SELECT a FROM t) TO '/data/out.parquet'", catalog)).toMatchObject({ kind: 'copy_to', format: 'parquet' });
    expect(await bindText("COPY u TO '/data/out.bin' (FORMAT ndjson)", catalog)).toMatchObject({ kind: 'copy_to', format: 'ndjson' });
  });

  it.each([
    ["COPY u FROM '/data/u.dat'", 'SQL_UNSUPPORTED'],
    ["COPY u FROM '/data/u.csv' (HEDER)", 'SQL_UNSUPPORTED'],
    ["COPY u FROM '/data/u.parquet' (HEADER)", 'SQL_UNSUPPORTED'],
    ["COPY u FROM '/data/u.csv' (DELIMITER '::')", 'SQL_INVALID_VALUE'],
    ["COPY u (z) FROM '/data/u.csv'", 'SQL_UNKNOWN_COLUMN'],
  ])('is refused: %s', async (text, code) => {
    expect(await refusal(text)).toBe(code);
  });
});

describe('settings', () => {
  it.each([
    ['SET schema = MAIN', 'schema', 'main'],
    ["SET time_zone = 'europe/berlin'", 'time_zone', 'Europe/Berlin'],
    ["SET TIME ZONE 'UTC'", 'time_zone', 'UTC'],
    ['SET engine TO olap', 'engine', 'olap'],
    ['SET timeout_ms = 1000', 'timeout_ms', '1000'],
    ['RESET engine', 'engine', null],
    ['USE main', 'schema', 'main'],
  ])('%s sets %s to %s', async (text, name, value) => {
    expect(await bindText(text, catalog)).toEqual({ kind: 'set', name, value });
  });

  it.each([
    ['SET enginee = olap', 'SQL_UNKNOWN_SETTING'],
    ["SET TIME ZONE 'Europe/Berlni'", 'SQL_INVALID_VALUE'],
    ['SET timeout_ms = soon', 'SQL_INVALID_VALUE'],
    ['USE elsewhere', 'CATALOG_UNKNOWN_SCHEMA'],
  ])('%s is refused', async (text, code) => {
    expect(await refusal(text)).toBe(code);
  });
});

describe('statements about the catalog', () => {
  it.each([
    ['SHOW SCHEMAS', ['main', 'information_schema']],
    ['SHOW TABLES', ['main', 'main', 'main']],
    ["SHOW COLUMNS FROM u LIKE '_'", ['a', 'c', 'x']],
    ['DESCRIBE u', ['a', 'c', 'x']],
    ['DESCRIBE SELECT a AS k FROM t', ['k']],
    ['SELECT column_name FROM information_schema.columns', []],
  ])('%s answers with rows', async (text, first) => {
    const bound = await bindText(text, catalog);
    assert(bound.kind === 'query', bound.kind);
    const { root } = bound.query.plan;
    const rows = root.kind === 'values' ? root.rows.map(([cell]) => (cell?.kind === 'literal' ? cell.value : null)) : [];
    expect(rows).toEqual(first);
    expect(bound.query.snapshots).toEqual([]);
  });

  it('SHOW CREATE TABLE answers with a statement that makes the same table', async () => {
    const bound = await bindText('SHOW CREATE TABLE n', catalog);
    assert(bound.kind === 'query' && bound.query.plan.root.kind === 'values', bound.kind);
    const [cell] = bound.query.plan.root.rows[0] ?? [];
    const text = cell?.kind === 'literal' ? String(cell.value) : '';
    expect(await bindText(text, catalog)).toMatchObject({
      kind: 'create_table',
      spec: { columns: [{ name: 'id' }, { name: 'l' }, { name: 's' }, { name: 'm' }] },
    });
  });

  it('SHOW CREATE TABLE tells the format version where it is not the usual one', () => {
    const ref = { schema: 'main', name: 't', uuid: 'u' };
    const fields = [{ id: 1, name: 'id', type: { kind: 'bigint' as const }, nullable: true }];
    const partitionSpec = { specId: 0, fields: [] };
    const table = {
      kind: 'table',
      ref,
      snapshotId: null,
      schemaId: 0,
      fields,
      partitionSpec,
      rows: 0,
      bytes: 0,
      files: 0,
      comment: null,
    } as const;
    expect(createTableText({ ...table, properties: {} })).not.toContain('WITH');
    expect(createTableText({ ...table, properties: { 'format-version': '3' } })).toContain('\nWITH ("format-version" = 3)');
  });

  it('DROP names what is to be dropped', async () => {
    expect(await bindText('DROP TABLE IF EXISTS t', catalog)).toEqual({
      kind: 'drop_table',
      name: { schema: 'main', name: 't' },
      ifExists: true,
    });
    expect(await bindText('DROP SCHEMA s CASCADE', catalog)).toEqual({ kind: 'drop_schema', schema: 's', ifExists: false, cascade: true });
  });

  it('EXPLAIN holds the statement that it explains', async () => {
    expect(await bindText('EXPLAIN ROUTE SELECT 1', catalog)).toMatchObject({
      kind: 'explain',
      mode: 'route',
      statement: { kind: 'query' },
    });
  });
});

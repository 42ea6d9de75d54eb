import { beforeAll, describe, expect, it } from 'vitest';
import { assert, PlatformError } from '../../../../spi/index.ts';
import { bindText, catalogOf } from '../../../support/bind-text.ts';
import type { MemoryCatalog } from '../../../support/memory-catalog.ts';
import { SALES_TABLES } from '../../../support/sales-tables.ts';

let catalog: MemoryCatalog;
beforeAll(async () => {
  catalog = await catalogOf(SALES_TABLES);
  for (const [name, properties] of [
    ['kept', { 'trivium.materialized-view': 'true' }],
    ['kept_late', { 'trivium.late-rows-of': 'main.kept' }],
  ] as const) {
    catalog.createTable({
      name: { schema: 'main', name },
      columns: [{ name: 'a', type: { kind: 'integer' }, nullable: true }],
      partitioning: [],
      properties,
      comment: null,
    });
  }
  catalog.createView({
    name: { schema: 'main', name: 'old' },
    sql: "SELECT a FROM t FOR VERSION AS OF '1'",
    defaultSchema: 'main',
    columnNames: null,
    comment: null,
  });
});

const refusal = async (text: string): Promise<PlatformError> => {
  const outcome: unknown = await bindText(text, catalog, {
    virtualRelation: ({ schema }) =>
      Promise.resolve(schema === 'system' ? { columns: [{ name: 'name', type: 'varchar' }], rows: [] } : null),
  }).catch((error: unknown) => error);
  assert(outcome instanceof PlatformError, `bound: ${text}`);
  return outcome;
};

describe('CREATE MATERIALIZED VIEW', () => {
  it('gives the table of the result, and what binds the query again', async () => {
    const text = "CREATE OR REPLACE MATERIALIZED VIEW v (k, n) COMMENT 'per c' PARTITIONED BY (k) AS SELECT c, count(*) FROM t GROUP BY c";
    expect(await bindText(text, catalog, { timeZone: 'Europe/Berlin' })).toMatchObject({
      kind: 'create_materialized_view',
      ifExists: 'replace',
      spec: {
        name: { schema: 'main', name: 'v' },
        columns: [
          { name: 'k', type: { kind: 'varchar' }, nullable: true },
          { name: 'n', type: { kind: 'bigint' }, nullable: true },
        ],
        partitioning: [{ column: 'k', transform: { kind: 'identity' } }],
        properties: { 'trivium.materialized-view': 'true' },
        comment: 'per c',
      },
      sql: 'SELECT c, count(*) FROM t GROUP BY c',
      defaultSchema: 'main',
      timeZone: 'Europe/Berlin',
      hints: { engine: null },
    });
  });

  it.each([
    ['CREATE MATERIALIZED VIEW v AS SELECT 1 AS x', 'SQL_UNSUPPORTED'],
    ['CREATE MATERIALIZED VIEW v AS SELECT now() AS x FROM t', 'SQL_UNSUPPORTED'],
    ['CREATE MATERIALIZED VIEW v AS SELECT a FROM t WHERE e < current_date', 'SQL_UNSUPPORTED'],
    ['CREATE MATERIALIZED VIEW v AS SELECT random() AS x FROM t', 'SQL_UNSUPPORTED'],
    ["CREATE MATERIALIZED VIEW v AS SELECT a FROM t FOR VERSION AS OF '1'", 'SQL_UNSUPPORTED'],
    ['CREATE MATERIALIZED VIEW v AS SELECT a FROM old', 'SQL_UNSUPPORTED'],
    ['CREATE MATERIALIZED VIEW v AS SELECT name FROM system.streams', 'SQL_UNSUPPORTED'],
    ["CREATE MATERIALIZED VIEW v WITH (trivium.watermark.column = 'a') AS SELECT a FROM t", 'SQL_UNSUPPORTED'],
    ['CREATE MATERIALIZED VIEW v AS SELECT a, a FROM t', 'SQL_DUPLICATE_NAME'],
    ['CREATE MATERIALIZED VIEW v (x, y) AS SELECT a FROM t', 'SQL_TYPE_MISMATCH'],
    ['CREATE MATERIALIZED VIEW v AS SELECT null AS x, a FROM t', 'SQL_TYPE_MISMATCH'],
    ['CREATE OR REPLACE MATERIALIZED VIEW kept AS SELECT a FROM kept', 'SQL_TOO_DEEP'],
  ])('is refused with the place: %s', async (text, code) => {
    const error = await refusal(text);
    expect(error.code).toBe(code);
    expect(error.location).toBeDefined();
  });

  it('refuses a parameter', async () => {
    const bound = bindText('CREATE MATERIALIZED VIEW v AS SELECT a FROM t WHERE a = ?', catalog, { parameters: [1] });
    await expect(bound).rejects.toMatchObject({ code: 'SQL_UNSUPPORTED' });
  });

  it('takes another materialized view as its source', async () => {
    expect(await bindText('CREATE MATERIALIZED VIEW v AS SELECT a FROM kept', catalog)).toMatchObject({ kind: 'create_materialized_view' });
  });
});

describe('a materialized view', () => {
  it.each([
    'INSERT INTO kept VALUES (1)',
    'INSERT INTO kept_late VALUES (1)',
    "COPY kept FROM '/tmp/x.csv'",
    'DROP TABLE kept',
    'DROP TABLE kept_late',
    'CREATE OR REPLACE TABLE kept (a INTEGER)',
    'DELETE FROM kept WHERE a = 1',
    'UPDATE kept SET a = 1',
    'TRUNCATE TABLE kept',
  ])('is not changed by: %s', async (text) => {
    const error = await refusal(text);
    expect(error.code).toBe('CATALOG_NOT_A_TABLE');
    expect(error.hint).toContain('DROP MATERIALIZED VIEW');
  });

  it.each([
    ['ALTER MATERIALIZED VIEW kept PAUSE', { kind: 'alter_materialized_view', name: { schema: 'main', name: 'kept' }, action: 'pause' }],
    ['ALTER MATERIALIZED VIEW s.v RESUME', { kind: 'alter_materialized_view', name: { schema: 's', name: 'v' }, action: 'resume' }],
    ['DROP MATERIALIZED VIEW IF EXISTS kept', { kind: 'drop_materialized_view', name: { schema: 'main', name: 'kept' }, ifExists: true }],
  ])('is changed by: %s', async (text, bound) => {
    expect(await bindText(text, catalog)).toEqual(bound);
  });

  it('is shown as the statement that makes it, when a stream keeps it', async () => {
    const columns = ['name', 'query'].map((name) => ({ name, type: 'varchar' as const }));
    const shown = await bindText('SHOW CREATE MATERIALIZED VIEW kept', catalog, {
      virtualRelation: () => Promise.resolve({ columns, rows: [['main.kept', 'SELECT a FROM t']] }),
    });
    expect(JSON.stringify(shown)).toContain('CREATE MATERIALIZED VIEW \\"main\\".\\"kept\\" (\\"a\\") AS SELECT a FROM t');
    expect((await refusal('SHOW CREATE MATERIALIZED VIEW t')).code).toBe('CATALOG_NOT_A_TABLE');
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import type { PlatformError } from '../../../../spi/index.ts';
import { bindQueryText, bindText, catalogOf } from '../../../support/bind-text.ts';
import type { MemoryCatalog } from '../../../support/memory-catalog.ts';
import { SALES_TABLES } from '../../../support/sales-tables.ts';

let catalog: MemoryCatalog;
beforeAll(async () => {
  catalog = await catalogOf(SALES_TABLES);
});

const codeOf = async (text: string): Promise<string> =>
  bindText(text, catalog).then(
    (bound) => bound.kind,
    (error: unknown) => (error as PlatformError).code,
  );

describe('a statement that nothing carries out yet', () => {
  it.each([
    "COMMENT ON SCHEMA main IS 'x'",
    "CREATE FUNCTION f AS 'a.B'",
    'DROP FUNCTION f',
    'BEGIN ISOLATION LEVEL SERIALIZABLE',
    'BEGIN READ ONLY',
    'SAVEPOINT s',
    'RELEASE s',
    'ROLLBACK TO SAVEPOINT s',
  ])('is bound, and says what to do instead: %s', async (text) => {
    const bound = await bindText(text, catalog);
    expect(bound).toMatchObject({ kind: 'refused', hint: expect.stringMatching(/.{20}/) as string });
  });

  it.each([
    ['ALTER TABLE nothing ADD COLUMN z INTEGER', 'CATALOG_UNKNOWN_TABLE'],
    ['ALTER TABLE t ADD COLUMN a INTEGER', 'SQL_DUPLICATE_NAME'],
    ['ALTER TABLE t ADD COLUMN z NONSENSE', 'SQL_UNKNOWN_TYPE'],
    ['ALTER TABLE t ADD COLUMN z INTEGER AFTER nothing', 'SQL_UNKNOWN_COLUMN'],
    ['ALTER TABLE t DROP COLUMN nothing', 'SQL_UNKNOWN_COLUMN'],
    ['ALTER TABLE t RENAME COLUMN a TO b', 'SQL_DUPLICATE_NAME'],
    ["ALTER TABLE t ALTER a SET DEFAULT 'x'", 'SQL_INVALID_VALUE'],
    ['ALTER TABLE t ADD PARTITION FIELD day(nothing)', 'SQL_UNKNOWN_COLUMN'],
    ['ALTER TABLE t WRITE ORDERED BY nothing', 'SQL_UNKNOWN_COLUMN'],
    ["ALTER TABLE t UNSET PROPERTIES ('x')", 'SQL_INVALID_VALUE'],
    ['ALTER TABLE t CREATE TAG x AS OF VERSION a', 'SQL_INVALID_VALUE'],
    ['ALTER VIEW t RENAME TO z', 'CATALOG_NOT_A_TABLE'],
    ['ALTER SCHEMA nothing RENAME TO z', 'CATALOG_UNKNOWN_SCHEMA'],
    ["COMMENT ON COLUMN t.nothing IS 'x'", 'SQL_UNKNOWN_COLUMN'],
    ["COMMENT ON VIEW t IS 'x'", 'CATALOG_NOT_A_TABLE'],
    ['GRANT USAGE ON t TO ada', 'SQL_INVALID_VALUE'],
    ['GRANT INSERT (a) ON t TO ada', 'SQL_INVALID_VALUE'],
    ['GRANT SELECT (nothing) ON t TO ada', 'SQL_UNKNOWN_COLUMN'],
    ['GRANT SELECT ON nothing TO ada', 'CATALOG_UNKNOWN_TABLE'],
    ['REVOKE EXECUTE ON FUNCTION nothing FROM ada', 'SQL_UNKNOWN_FUNCTION'],
    ['REVOKE EXECUTE ON FUNCTION nothing.upper FROM ada', 'SQL_UNKNOWN_FUNCTION'],
    ['CALL system.nothing()', 'SQL_UNKNOWN_FUNCTION'],
    ['CALL system.rewrite_manifests()', 'SQL_PARAMETER'],
    ["CALL system.rewrite_manifests('t', 2)", 'SQL_PARAMETER'],
    ["CALL system.rewrite_manifests('nothing')", 'CATALOG_UNKNOWN_TABLE'],
    ["CALL system.rewrite_manifests('t; DROP')", 'CATALOG_INVALID_NAME'],
    ["CALL system.rewrite_manifests('t', \"table\" => 't')", 'SQL_DUPLICATE_NAME'],
    ["CALL system.rollback_to_snapshot('t', 'x')", 'SQL_INVALID_VALUE'],
    ['EXECUTE p', 'SQL_UNSUPPORTED'],
  ])('names what it gets wrong: %s', async (text, code) => {
    expect(await codeOf(text)).toBe(code);
  });
});

describe('ALTER TABLE', () => {
  const changesOf = async (text: string): Promise<unknown> => {
    const bound = await bindText(text, catalog);
    return bound.kind === 'alter_table' ? bound.changes : bound;
  };

  it.each([
    [
      'ALTER TABLE t ADD COLUMN z INTEGER AFTER A',
      {
        kind: 'add_column',
        parent: [],
        column: { name: 'z', type: { kind: 'integer' }, nullable: true },
        position: { after: 'a' },
        ifNotExists: false,
      },
    ],
    ['ALTER TABLE t DROP COLUMN IF EXISTS nothing', { kind: 'drop_column', column: ['nothing'], ifExists: true }],
    ['ALTER TABLE t RENAME COLUMN a TO z', { kind: 'rename_column', column: ['a'], newName: 'z' }],
    ['ALTER TABLE t ALTER COLUMN a TYPE BIGINT', { kind: 'widen_column', column: ['a'], type: { kind: 'bigint' } }],
    ['ALTER TABLE t ALTER a DROP NOT NULL', { kind: 'set_column_nullability', column: ['a'], nullable: true }],
    ["ALTER TABLE t ALTER a COMMENT 'x'", { kind: 'set_column_comment', column: ['a'], comment: 'x' }],
    ['ALTER TABLE t ALTER a FIRST', { kind: 'move_column', column: ['a'], position: { after: null } }],
    ["ALTER TABLE t UNSET PROPERTIES IF EXISTS ('x')", { kind: 'unset_properties', keys: ['x'], ifExists: true }],
    [
      'ALTER TABLE t ADD PARTITION FIELD bucket(4, a)',
      { kind: 'add_partition_field', field: { column: 'a', transform: { kind: 'bucket', buckets: 4 } } },
    ],
    [
      'ALTER TABLE t WRITE ORDERED BY a DESC, b',
      {
        kind: 'set_sort_order',
        keys: [
          { column: 'a', descending: true, nullsFirst: false },
          { column: 'b', descending: false, nullsFirst: false },
        ],
      },
    ],
    [
      'ALTER TABLE t CREATE BRANCH x AS OF VERSION 12 RETAIN 3 DAYS',
      { kind: 'set_reference', action: 'create', type: 'branch', name: 'x', ifNotExists: false, snapshotId: '12', maxAgeMs: 259_200_000 },
    ],
    ['ALTER TABLE t ALTER a SET DEFAULT -3', { kind: 'set_column_default', column: ['a'], value: '-3' }],
    ['ALTER TABLE t ALTER a SET DEFAULT NULL', { kind: 'set_column_default', column: ['a'], value: null }],
    ['ALTER TABLE t ALTER a DROP DEFAULT', { kind: 'set_column_default', column: ['a'], value: null }],
    ['ALTER TABLE t DROP TAG x', { kind: 'drop_reference', type: 'tag', name: 'x', ifExists: false }],
    ['ALTER TABLE t FAST FORWARD TO BRANCH x', { kind: 'fast_forward', branch: 'x' }],
    ["COMMENT ON TABLE t IS 'x'", { kind: 'set_table_comment', comment: 'x' }],
    ['COMMENT ON COLUMN t.a IS NULL', { kind: 'set_column_comment', column: ['a'], comment: null }],
  ])('is bound to a change: %s', async (text, expected) => {
    expect(await changesOf(text)).toEqual([expected]);
  });

  it('changes nothing where there is no table', async () => {
    expect(await bindText('ALTER TABLE IF EXISTS nothing RENAME TO z', catalog)).toEqual({ kind: 'alter_table', table: null, changes: [] });
  });

  it('renames tables and schemas', async () => {
    expect(await changesOf('ALTER TABLE t RENAME TO other.z')).toMatchObject({
      kind: 'rename_table',
      newName: { schema: 'other', name: 'z' },
    });
    expect(await changesOf('ALTER SCHEMA main RENAME TO z')).toEqual({ kind: 'rename_schema', schema: 'main', newName: 'z' });
  });
});

describe('CALL', () => {
  it('settles the table and the arguments of a procedure, instants in milliseconds', async () => {
    expect(await bindText('CALL rollback_to_snapshot("table" => \'T\', snapshot_id => 12)', catalog)).toMatchObject({
      kind: 'call',
      procedure: 'system.rollback_to_snapshot',
      table: { schema: 'main', name: 't' },
      arguments: { snapshot_id: '12' },
      rewrite: null,
    });
    const zoned = await bindText("CALL system.expire_snapshots('t', older_than => '2026-01-01 01:00:00')", catalog, {
      timeZone: 'Europe/Berlin',
    });
    expect(zoned).toMatchObject({ arguments: { older_than: String(Date.UTC(2026, 0, 1)) } });
  });

  it('takes the name of a table that is to be, in the default schema', async () => {
    expect(await bindText("CALL register_table('Theirs', '/files/v1.metadata.json', check => false)", catalog)).toEqual({
      kind: 'transfer',
      procedure: 'system.register_table',
      names: { table: { schema: 'main', name: 'Theirs' } },
      arguments: { metadata_file: '/files/v1.metadata.json', check: false },
    });
  });

  it('takes transfers that name no table, and their names by parameter', async () => {
    expect(await bindText("CALL system.backup('/files')", catalog)).toEqual({
      kind: 'transfer',
      procedure: 'system.backup',
      names: {},
      arguments: { folder: '/files' },
    });
    expect(await bindText("CALL restore('/files', \"table\" => 'gone', \"as\" => 'other.t')", catalog)).toMatchObject({
      names: { table: { schema: 'main', name: 'gone' }, as: { schema: 'other', name: 't' } },
    });
  });

  it('binds the condition of optimize over the columns of the table, and all rows of its files', async () => {
    const bound = await bindText("CALL optimize('main.t', \"where\" => 'a > 1')", catalog);
    expect(bound).toMatchObject({
      kind: 'call',
      rewrite: { scan: { filter: { function: 'gt' } }, query: { plan: { root: { kind: 'scan', filter: null } } } },
    });
  });

  it.each([
    ["CALL optimize('t', \"where\" => 'nothing > 1')", 'SQL_UNKNOWN_COLUMN'],
    ["CALL optimize('t', \"where\" => 'a')", 'SQL_TYPE_MISMATCH'],
    ["CALL register_table('t')", 'SQL_PARAMETER'],
    ["CALL register_table('a b', '/files/v1.metadata.json')", 'CATALOG_INVALID_NAME'],
    ["CALL optimize('t', \"where\" => 'a > 1), (a < 2')", 'SQL_SYNTAX'],
    ["CALL expire_snapshots('t', older_than => 3)", 'SQL_TYPE_MISMATCH'],
  ])('names what is wrong: %s', async (text, code) => {
    expect(await codeOf(text)).toBe(code);
  });
});

describe('COMMENT ON VIEW', () => {
  it('replaces the view by itself with the comment', async () => {
    const own = await catalogOf(SALES_TABLES);
    own.createView({ name: { schema: 'main', name: 'v' }, sql: 'SELECT 1', defaultSchema: 'main', columnNames: ['a'], comment: null });
    expect(await bindText("COMMENT ON VIEW v IS 'one'", own)).toEqual({
      kind: 'create_view',
      view: { name: { schema: 'main', name: 'v' }, sql: 'SELECT 1', defaultSchema: 'main', columnNames: ['a'], comment: 'one' },
      ifExists: 'replace',
    });
  });
});

describe('PREPARE', () => {
  it.each([
    ['PREPARE P AS SELECT a FROM t WHERE a = ?', { kind: 'prepare', name: 'p', sql: 'SELECT a FROM t WHERE a = ?' }],
    ['PREPARE p (BIGINT) AS SELECT $1 + 1', { kind: 'prepare', name: 'p', sql: 'SELECT CAST($1 AS BIGINT) + 1' }],
    ['PREPARE p AS INSERT INTO t (a) VALUES ($a)', { kind: 'prepare', name: 'p', sql: 'INSERT INTO t (a) VALUES ($a)' }],
    ['DEALLOCATE PREPARE P', { kind: 'deallocate', name: 'p' }],
    ['DEALLOCATE ALL', { kind: 'deallocate', name: null }],
  ])('keeps a text: %s', async (text, expected) => {
    expect(await bindText(text, catalog)).toEqual(expected);
  });

  it.each([
    ['PREPARE p AS SELECT nothing FROM t', 'SQL_UNKNOWN_COLUMN'],
    ['PREPARE p (BIGINT) AS SELECT 1', 'SQL_PARAMETER'],
    ['PREPARE p (BIGINT) AS SELECT $1 + $2', 'SQL_PARAMETER'],
    ['PREPARE p AS PREPARE q AS SELECT 1', 'SQL_UNSUPPORTED'],
    ['PREPARE p AS SET engine = olap', 'SQL_UNSUPPORTED'],
  ])('finds the mistakes of its statement: %s', async (text, code) => {
    expect(await codeOf(text)).toBe(code);
  });
});

describe('SHOW', () => {
  it('lists functions, procedures and settings', async () => {
    const rowsOf = async (text: string): Promise<string> =>
      JSON.stringify((await bindQueryText(text, catalog, { settings: { engine: 'olap' } })).plan.root);
    expect(await rowsOf("SHOW FUNCTIONS LIKE 'lower'")).toContain('lcase');
    expect(await rowsOf('SHOW PROCEDURES')).toContain('system.expire_snapshots');
    expect(await rowsOf("SHOW SESSION LIKE 'engine'")).toContain('"olap"');
    expect(await rowsOf('SHOW time_zone')).toContain('"UTC"');
    expect(await codeOf('SHOW nothing')).toBe('SQL_UNKNOWN_SETTING');
  });
});

describe('a change of users, roles and privileges', () => {
  it.each([
    ['CREATE ROLE r', { kind: 'create_principal', type: 'role', name: 'r', ifNotExists: false }],
    ['CREATE USER IF NOT EXISTS Ada', { kind: 'create_principal', type: 'user', name: 'ada', ifNotExists: true }],
    ['DROP USER IF EXISTS "Ada"', { kind: 'drop_principal', type: 'user', name: 'ada', ifExists: true }],
    ['GRANT r, Q TO ada, ROLE s WITH ADMIN OPTION', { kind: 'grant_roles', roles: ['r', 'q'], grantees: ['ada', 's'], option: true }],
    [
      'REVOKE EXECUTE ON FUNCTION lcase FROM PUBLIC',
      { kind: 'revoke', privileges: [{ name: 'EXECUTE', columns: null }], object: { type: 'function', id: 'lower' }, grantees: ['public'] },
    ],
    ['GRANT EXECUTE ON PROCEDURE verify TO r', { kind: 'grant', object: { type: 'procedure', id: 'system.verify' } }],
    ['GRANT USAGE ON ENGINE Olap TO r', { kind: 'grant', object: { type: 'engine', id: 'olap' } }],
  ])('is bound with names in lower case: %s', async (text, change) => {
    expect(await bindText(text, catalog)).toMatchObject({ kind: 'access', change });
  });

  it('is about tables by their uuid, and about columns by their field ids, which stay through renames', async () => {
    const bound = await bindText('GRANT SELECT (a), INSERT ON t TO ROLE r, PUBLIC WITH GRANT OPTION', catalog);
    const table = await catalog.resolve({ schema: 'main', name: 't' });
    const field = table?.kind === 'table' ? table.fields.find(({ name }) => name === 'a') : undefined;
    expect(bound).toMatchObject({
      change: {
        kind: 'grant',
        privileges: [
          { name: 'SELECT', columns: [String(field?.id)] },
          { name: 'INSERT', columns: null },
        ],
        object: { type: 'relation', id: table?.kind === 'table' ? table.ref.uuid : '', label: 'main.t' },
        grantees: ['r', 'public'],
        option: true,
      },
    });
  });

  it('stands for all privileges of the object with ALL', async () => {
    const bound = await bindText('REVOKE ALL ON SCHEMA main FROM ada', catalog);
    const names = bound.kind === 'access' && bound.change.kind === 'revoke' ? bound.change.privileges.map(({ name }) => name) : [];
    expect(names).toEqual(['USAGE', 'CREATE', 'SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'ALTER', 'DROP']);
  });
});

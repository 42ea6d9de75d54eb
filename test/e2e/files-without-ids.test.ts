import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Field } from '../../spi/index.ts';
import { printLosslessJson } from '../../storage/iceberg/json/lossless-json.ts';
import { NAME_MAPPING, printNameMapping } from '../../storage/iceberg/metadata/name-mapping.ts';
import { type ForeignFile, ForeignTable } from '../support/foreign-table.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const INTEGER = { kind: 'integer' } as const;
const VARCHAR = { kind: 'varchar' } as const;
const FIELDS: readonly Field[] = [
  { id: 1, name: 'a', type: { kind: 'bigint' }, nullable: true },
  { id: 2, name: 'b', type: VARCHAR, nullable: true },
  {
    id: 5,
    name: 's',
    type: {
      kind: 'struct',
      fields: [
        { id: 3, name: 'x', type: INTEGER, nullable: true },
        { id: 4, name: 'y', type: VARCHAR, nullable: true },
      ],
    },
    nullable: true,
  },
  {
    id: 9,
    name: 'l',
    type: {
      kind: 'list',
      elementId: 6,
      elementNullable: true,
      element: {
        kind: 'struct',
        fields: [
          { id: 7, name: 'x', type: INTEGER, nullable: true },
          { id: 8, name: 'y', type: INTEGER, nullable: true },
        ],
      },
    },
    nullable: true,
  },
  { id: 10, name: 'p', type: VARCHAR, nullable: true },
];

const dataFile = (query: string, fieldIds: Record<string, number> = {}): ForeignFile => ({
  query,
  fieldIds,
  specId: 0,
  partition: ['north'],
  deletes: null,
});

type Row = readonly unknown[];

describe('files without field ids on the whole platform', { timeout: 240_000 }, () => {
  let root = '';
  let theirs = '';
  let server: ServerProcess;

  const send = async (sql: string): Promise<{ readonly data: readonly Row[]; readonly code?: string }> =>
    (await (await server.sql(sql)).json()) as { data: readonly Row[]; code?: string };
  const run = async (...statements: string[]): Promise<void> => {
    for (const sql of statements) expect((await send(sql)).code, sql).toBeUndefined();
  };
  const onEveryEngine = async (rest: string, rows: readonly Row[]): Promise<void> => {
    for (const engine of ['olap', 'batch', 'stream']) {
      const { code, data } = await send(`SELECT /*+ ENGINE(${engine}) */ ${rest}`);
      // Engines need not have every type.
      if (engine === 'stream' && code?.startsWith('ENGINE_') === true) continue;
      expect(code ?? data, `${engine}: ${rest}`).toEqual(rows);
    }
  };

  /** Writes a table of another program; `mapping` is the text of its name mapping. */
  async function foreignTable(files: readonly (readonly ForeignFile[])[], mapping: string | null): Promise<string> {
    const foreign = new ForeignTable(
      FIELDS,
      [{ specId: 0, fields: [{ sourceId: 10, fieldId: 1000, name: 'p', transform: { kind: 'identity' } }] }],
      theirs,
    );
    for (const commit of files) await foreign.commit(commit);
    const { json } = foreign.metadata;
    const properties = mapping === null ? {} : { [NAME_MAPPING]: mapping };
    const path = join(foreign.directory, 'v9.metadata.json');
    writeFileSync(path, printLosslessJson({ ...json, properties }));
    return path;
  }

  beforeAll(async () => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'without-ids-')));
    theirs = join(root, 'theirs');
    mkdirSync(theirs);
    const config = join(root, 'server.yaml');
    writeFileSync(config, `files:\n  allowedDirectories: ['${theirs}']\n`);
    server = await startServerProcess({ dataDirectory: join(root, 'data'), config });
  }, 120_000);

  afterAll(async () => {
    await server.stop();
    rmSync(root, { recursive: true });
  });

  // The columns stand in another order than in the schema, and an older file has a narrower type.
  const old = dataFile(
    "SELECT 'one' AS b, 1::INTEGER AS a, {'y': 'ya', 'x': 10} AS s, [{'x': 1, 'y': 2}] AS l UNION ALL SELECT 'two', 2, NULL, NULL",
  );
  const newerBy = (name: string): ForeignFile =>
    dataFile(`SELECT 5000000000::BIGINT AS ${name}, 'three' AS b, {'x': 30, 'y': 'yc'} AS s, [{'x': 3, 'y': 4}] AS l`);
  const newer = newerBy('a');
  const numbered = dataFile("SELECT 4::BIGINT AS a, 'four' AS b, 'north' AS p", { a: 1, b: 2, p: 10 });
  const all = [[old, newer], [numbered]];

  it('are read by the name mapping, before and after columns are renamed, dropped and added again', async () => {
    const mapping = printNameMapping(FIELDS).replace('"names":["a"]', '"names":["a","formerly_a"]');
    await run(`CALL system.register_table('t', '${await foreignTable([[old, newerBy('formerly_a')], [numbered]], mapping)}')`);
    const before = [
      ['1', 'one', 10, 'ya', 'north'],
      ['2', 'two', null, null, 'north'],
      ['4', 'four', null, null, 'north'],
      ['5000000000', 'three', 30, 'yc', 'north'],
    ];
    await onEveryEngine('CAST(a AS varchar), b, s.x, s.y, p FROM t ORDER BY a', before);
    await onEveryEngine('count(*) FROM t', [[4]]);
    expect((await send(`ALTER TABLE t SET PROPERTIES ("${NAME_MAPPING}" = '[]')`)).code).toBe('SQL_INVALID_VALUE');
    expect((await send(`ALTER TABLE t UNSET PROPERTIES ("${NAME_MAPPING}")`)).code).toBe('SQL_INVALID_VALUE');
    await run(
      'ALTER TABLE t RENAME COLUMN a TO k',
      'ALTER TABLE t RENAME COLUMN b TO a',
      'ALTER TABLE t ADD COLUMN b varchar',
      'ALTER TABLE t RENAME COLUMN s.y TO z',
      'ALTER TABLE t DROP COLUMN s.x',
      'ALTER TABLE t ADD COLUMN s.y varchar',
      'ALTER TABLE t RENAME COLUMN l.element.x TO w',
    );
    const renamed = [
      ['1', 'one', null, 'ya', null, 'north'],
      ['2', 'two', null, null, null, 'north'],
      ['4', 'four', null, null, null, 'north'],
      ['5000000000', 'three', null, 'yc', null, 'north'],
    ];
    const select = 'CAST(k AS varchar), a, b, s.z, s.y, p FROM t';
    await onEveryEngine(`${select} ORDER BY k`, renamed);
    await onEveryEngine(`${select} WHERE a = 'three'`, [renamed[3] ?? []]);
    await onEveryEngine('b FROM t WHERE b IS NOT NULL', []);
    expect((await send('SELECT l FROM t WHERE k = 1')).data).toEqual([[[{ w: 1, y: 2 }]]]);
    await run(
      "INSERT INTO t (k, a, b, p) VALUES (9, 'nine', 'new', 'south')",
      "UPDATE t SET b = 'set' WHERE k = 1",
      'DELETE FROM t WHERE k = 2',
    );
    const changed = [
      ['1', 'one', 'set', 'ya', null, 'north'],
      ['4', 'four', null, null, null, 'north'],
      ['9', 'nine', 'new', null, null, 'south'],
      ['5000000000', 'three', null, 'yc', null, 'north'],
    ];
    await onEveryEngine(`${select} ORDER BY k`, changed);
    await run("CALL system.optimize('t')", 'ALTER TABLE t RENAME COLUMN k TO n');
    await onEveryEngine(`${select.replace('k', 'n')} ORDER BY n`, changed);
  });

  it('lose the rows that deletes of values and of positions take, whatever their columns are called', async () => {
    const facts = { content: 'equality', equalityIds: [2], referencedDataFile: null, vector: null } as const;
    const values = { ...dataFile("SELECT 'two' AS b", { b: 2 }), deletes: facts };
    const path = await foreignTable([[old, newer], [values]], printNameMapping(FIELDS));
    await run(
      `CALL system.register_table('d', '${path}')`,
      'ALTER TABLE d RENAME COLUMN b TO c',
      'ALTER TABLE d ADD COLUMN b varchar',
      "ALTER TABLE d SET PROPERTIES ('write.delete.mode' = 'merge-on-read')",
    );
    await onEveryEngine('CAST(a AS varchar), b, c FROM d ORDER BY a', [
      ['1', null, 'one'],
      ['5000000000', null, 'three'],
    ]);
    await run("DELETE FROM d WHERE c = 'one'");
    await onEveryEngine('CAST(a AS varchar), b, c FROM d ORDER BY a', [['5000000000', null, 'three']]);
  });

  it('are refused without a mapping of all of their columns, unless the columns have the names of now', async () => {
    const refuse = async (files: readonly (readonly ForeignFile[])[], mapping: string | null): Promise<void> => {
      expect((await send(`CALL system.register_table('r', '${await foreignTable(files, mapping)}')`)).code).toBe('STORAGE_UNSUPPORTED');
    };
    await refuse(all, null);
    await refuse(all, printNameMapping(FIELDS.slice(0, 3)));
    const [a, b, ...others] = JSON.parse(printNameMapping(FIELDS)) as { names: string[] }[];
    await refuse(all, JSON.stringify([{ ...a, names: ['a', 'b'] }, { ...b, names: [] }, ...others]));
    await run(
      `CALL system.register_table('r', '${await foreignTable(all, null)}', check => false)`,
      'ALTER TABLE r RENAME COLUMN a TO k',
      'ALTER TABLE r RENAME COLUMN b TO a',
    );
    await onEveryEngine('CAST(k AS varchar), a, p FROM r ORDER BY k', [
      ['1', 'one', 'north'],
      ['2', 'two', 'north'],
      ['4', 'four', 'north'],
      ['5000000000', 'three', 'north'],
    ]);
  });
});

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database, { type SqliteValue } from 'libsql';

/** A table of `connector-tck`. In a package of your own: import type { ConnectorFixture } from 'trivium/engine-tck'. */
interface Source {
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: { readonly kind: string } }[];
  readonly rows: readonly (readonly (string | boolean | null)[])[];
}

/** SQLite's names of the types that it has. */
const TYPES: Readonly<Record<string, string>> = {
  boolean: 'BOOLEAN',
  bigint: 'INTEGER',
  double: 'REAL',
  varchar: 'TEXT',
  varbinary: 'BLOB',
};

/** Makes an SQLite file with the kit's tables. */
function makeDatabase(tables: readonly Source[]): Promise<object> {
  const folder = mkdtempSync(join(tmpdir(), 'sqlite-fixture-'));
  const file = join(folder, 'fixture.db');
  const database = new Database(file, { readonly: false, fileMustExist: false });
  const leftOut = tables.flatMap(({ name, columns }) =>
    columns.flatMap((column) => (TYPES[column.type.kind] === undefined ? [`${name}.${column.name}`] : [])),
  );
  for (const { name, columns, rows } of tables) {
    const kept = columns.flatMap((column, index) => {
      const type = TYPES[column.type.kind];
      return type === undefined ? [] : [{ ...column, type, kind: column.type.kind, index }];
    });
    database.exec(`CREATE TABLE ${name} (${kept.map((column) => `"${column.name}" ${column.type}`).join(', ')}); BEGIN`);
    const insert = database.prepare(`INSERT INTO ${name} VALUES (${kept.map(() => '?').join(', ')})`);
    for (const row of rows) insert.all(...kept.map(({ kind, index }) => valueOf(row[index] ?? null, kind)));
    database.exec('COMMIT');
  }
  database.exec('ANALYZE');
  database.close();
  // SQLite stores NaN as NULL, and no sign of zero.
  const unlike = ['kinds.c_double=NaN'];
  return Promise.resolve({
    config: { file },
    schema: 'main',
    leftOut: [...leftOut, ...unlike],
    remove: () => {
      rmSync(folder, { recursive: true });
      return Promise.resolve();
    },
  });
}

function valueOf(value: string | boolean | null, kind: string): SqliteValue {
  if (value === null) return null;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (kind === 'bigint') return BigInt(value);
  if (kind === 'double') return Number(value);
  return kind === 'varbinary' ? Buffer.from(value, 'base64') : value;
}

export { makeDatabase as default };

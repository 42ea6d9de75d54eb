import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PlatformError } from '../../../../spi/index.ts';
import { type Connection, quoteText } from '../../../../runtime/duckdb/index.ts';
import { type DataProcessSettings, OperationDatabases } from '../../../../storage/data/operation/operation-databases.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'operation-databases-')));
const path = (...parts: readonly string[]): string => join(root, ...parts);
const SETTINGS: DataProcessSettings = {
  threads: 1,
  memoryBytesMax: 256 << 20,
  spoolDirectory: path('spool'),
  dataDirectory: path('tables'),
  uploadsDirectory: path('uploads'),
};
const STAGING = path('tables', 'staging');
const USER_FILE = path('home', 'rows.csv');

beforeAll(() => {
  for (const folder of ['tables/staging', 'uploads', 'home', 'spool', 'warehouse']) mkdirSync(path(folder), { recursive: true });
  for (const file of ['tables/stored.csv', 'uploads/sent.csv', 'home/rows.csv', 'home/secret.csv', 'warehouse/format.csv'])
    writeFileSync(path(file), 'a\n1\n');
});
afterAll(() => {
  rmSync(root, { recursive: true });
});

const READ = ['tables/stored.csv', 'uploads/sent.csv', 'home/rows.csv', 'home/secret.csv', 'warehouse/format.csv'];
const WRITTEN = ['tables/staging/new.csv', 'spool/new.csv', 'uploads/new.csv', 'home/new.csv', 'warehouse/new.csv', 'new.csv'];

/** Returns what an operation can do, with `reach` as it asks for. */
function reachOf(databases: OperationDatabases, reach: readonly string[]): Promise<readonly string[]> {
  return databases.run(reach, new AbortController().signal, async (connection) => {
    const can: string[] = [];
    for (const file of READ) if (await works(connection, `SELECT * FROM read_csv(${quoteText(path(file))})`)) can.push(`reads ${file}`);
    for (const file of WRITTEN) if (await works(connection, `COPY (SELECT 1) TO ${quoteText(path(file))}`)) can.push(`writes ${file}`);
    return can;
  });
}

const works = (connection: Connection, sql: string): Promise<boolean> =>
  connection.execute(sql).then(
    () => true,
    () => false,
  );

describe('the database that a data process keeps', () => {
  it('reaches the tables and the temporary files of its process, and nothing else', async () => {
    const databases = new OperationDatabases(SETTINGS);
    await databases.warmUp();
    const own = ['reads tables/stored.csv', 'writes tables/staging/new.csv', 'writes spool/new.csv'];
    expect(await reachOf(databases, [STAGING])).toEqual(own);
    // What an operation asks for besides is given to a database of its own, and not to those that come later.
    expect(await reachOf(databases, [STAGING, USER_FILE])).toEqual([
      'reads home/rows.csv',
      'writes tables/staging/new.csv',
      'writes spool/new.csv',
    ]);
    expect(await reachOf(databases, [STAGING])).toEqual(own);
  });

  it('is found to reach too much when it may touch what lies around the tables', async () => {
    const databases = new OperationDatabases({ ...SETTINGS, dataDirectory: root });
    expect(await reachOf(databases, [STAGING])).toEqual(expect.arrayContaining(['reads home/secret.csv', 'writes warehouse/new.csv']));
  });

  it('lets no setting be changed, and leaves nothing of an operation to the next one', async () => {
    const databases = new OperationDatabases(SETTINGS);
    const run = <Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> =>
      databases.run([STAGING], new AbortController().signal, work);
    await run(async (connection) => {
      for (const sql of ["SET memory_limit = '100GB'", 'SET enable_external_access = true', `SET temp_directory = ${quoteText(root)}`])
        expect(await works(connection, sql)).toBe(false);
      await connection.execute('CREATE TEMP TABLE rows AS SELECT 1 AS a');
    });
    expect(await run((connection) => works(connection, 'SELECT * FROM temp.rows'))).toBe(false);
  });

  it('is another one after a failure, and operations wait for each other', async () => {
    const databases = new OperationDatabases(SETTINGS);
    const signal = new AbortController().signal;
    const ended: string[] = [];
    const first = databases.run([STAGING], signal, async (connection) => {
      // A view of the database itself is seen by all of its connections.
      await connection.execute('CREATE VIEW shared AS SELECT 1 AS a');
      ended.push('first');
    });
    const second = databases.run([STAGING], signal, async (connection) => {
      ended.push('second');
      await connection.execute('SELECT * FROM shared');
      await connection.execute('SELECT error($$broken$$)');
    });
    await first;
    await expect(second).rejects.toMatchObject({ code: 'SQL_EVALUATION' });
    expect(ended).toEqual(['first', 'second']);
    expect(await databases.run([STAGING], signal, (connection) => works(connection, 'SELECT * FROM shared'))).toBe(false);
  });

  it('runs nothing for a caller who has left', async () => {
    const databases = new OperationDatabases(SETTINGS);
    const gone = AbortSignal.abort(new PlatformError('ENGINE_CANCELLED', 'The client went away.'));
    let ran = false;
    const run = databases.run([STAGING], gone, () => Promise.resolve((ran = true)));
    await expect(run).rejects.toMatchObject({ code: 'ENGINE_CANCELLED' });
    expect(ran).toBe(false);
  });
});

import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

let root: string;
let server: ServerProcess;

/** A client that sends along what Trivium-Set-Session told it. */
class Session {
  settings: Record<string, string> = {};

  constructor(engine: string | null = null) {
    if (engine !== null) this.settings = { engine };
  }

  /** Returns the rows, or the code of the error. */
  async run(sql: string): Promise<unknown> {
    const response = await server.sql('', { body: { sql, session: this.settings, timeoutMs: 60_000 } });
    const change = response.headers.get('trivium-set-session');
    if (change !== null) {
      const [name = '', value] = change.split('=');
      this.settings = Object.fromEntries(Object.entries(this.settings).filter(([key]) => key !== name));
      if (value !== undefined) this.settings[name] = decodeURIComponent(value);
    }
    const answer = (await response.json()) as { code?: string; data: unknown };
    return answer.code ?? answer.data;
  }

  async runAll(...texts: readonly string[]): Promise<void> {
    for (const sql of texts) expect(await this.run(sql), sql).toBeInstanceOf(Array);
  }
}

const start = (): Promise<ServerProcess> => startServerProcess({ dataDirectory: join(root, 'data') });

const balances = (session: Session) => session.run('SELECT name, balance FROM account ORDER BY name');

beforeAll(async () => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'transactions-')));
  server = await start();
}, 120_000);

afterAll(async () => {
  await server.stop();
  rmSync(root, { recursive: true, force: true });
});

async function fill(): Promise<void> {
  await new Session().runAll(
    'CREATE OR REPLACE TABLE account (name VARCHAR, balance BIGINT)',
    'CREATE OR REPLACE TABLE transfer (source VARCHAR, target VARCHAR, amount BIGINT)',
    "INSERT INTO account VALUES ('ada', 100), ('bob', 50)",
  );
}

const BEFORE = [
  ['ada', 100],
  ['bob', 50],
];
const AFTER = [
  ['ada', 70],
  ['bob', 80],
];
const TRANSFER = [
  'BEGIN',
  "UPDATE account SET balance = balance - 30 WHERE name = 'ada'",
  "UPDATE account SET balance = balance + 30 WHERE name = 'bob'",
  "INSERT INTO transfer VALUES ('ada', 'bob', 30)",
];

describe('a transaction', { timeout: 240_000 }, () => {
  it.each(['olap', 'batch', 'stream'])('reads its own writes with the engine %s, and nobody else does before COMMIT', async (engine) => {
    await fill();
    const [session, other] = [new Session(), new Session()];
    await session.runAll(...TRANSFER);
    session.settings['engine'] = engine;
    expect(await balances(session)).toEqual(AFTER);
    expect(await session.run('SELECT count(*) FROM transfer')).toEqual([[1]]);
    expect(await balances(other)).toEqual(BEFORE);
    expect(await session.run('COMMIT')).toMatchObject([
      ['main.account', 2, expect.any(String), false],
      ['main.transfer', 1, expect.any(String), false],
    ]);
    expect(session.settings).toEqual({ engine });
    expect(await balances(other)).toEqual(AFTER);
    expect(await other.run('SELECT count(*) FROM transfer')).toEqual([[1]]);
  });

  it('takes MERGE, DELETE, INSERT OVERWRITE and TRUNCATE beside', async () => {
    await fill();
    const session = new Session();
    await session.runAll(
      'BEGIN ISOLATION LEVEL REPEATABLE READ',
      "MERGE INTO account USING (VALUES ('bob', 1), ('cyd', 2)) AS s (name, balance) ON account.name = s.name WHEN MATCHED THEN UPDATE SET balance = s.balance WHEN NOT MATCHED THEN INSERT VALUES (s.name, s.balance)",
      "DELETE FROM account WHERE name = 'ada'",
      'INSERT OVERWRITE transfer SELECT name, name, balance FROM account',
    );
    expect(await session.run('SELECT target, amount FROM transfer ORDER BY target')).toEqual([
      ['bob', 1],
      ['cyd', 2],
    ]);
    await session.runAll(
      'TRUNCATE TABLE transfer',
      "INSERT INTO transfer SELECT name, 'x', balance FROM account WHERE balance = 2",
      'COMMIT',
    );
    const other = new Session();
    expect(await other.run('SELECT * FROM transfer')).toEqual([['cyd', 'x', 2]]);
    expect(await balances(other)).toEqual([
      ['bob', 1],
      ['cyd', 2],
    ]);
  });

  it('leaves no trace when it is rolled back', async () => {
    await fill();
    const session = new Session();
    await session.runAll(...TRANSFER, 'ROLLBACK');
    expect(session.settings).toEqual({});
    expect(await balances(session)).toEqual(BEFORE);
    expect(await session.run('COMMIT')).toBe('TRANSACTION_NONE');
  });

  it('loses against one that changed the same rows and committed first, and merges appends', async () => {
    await fill();
    const [first, second, appending] = [new Session(), new Session(), new Session()];
    await appending.runAll('BEGIN', "INSERT INTO account VALUES ('eve', 5)");
    await first.runAll(...TRANSFER);
    await second.runAll(...TRANSFER);
    await first.runAll('COMMIT');
    expect(await second.run('COMMIT')).toBe('STORAGE_CONFLICT');
    expect(await second.run('SELECT 1')).toBe('TRANSACTION_UNKNOWN');
    expect(await balances(appending)).toEqual([...BEFORE, ['eve', 5]]);
    await appending.runAll('COMMIT');
    expect(await balances(new Session())).toEqual([...AFTER, ['eve', 5]]);
  });

  it('takes no statement of tables and views, no other BEGIN and no savepoint', async () => {
    await fill();
    const session = new Session();
    await session.runAll('BEGIN');
    expect(await session.run('BEGIN')).toBe('TRANSACTION_OPEN');
    expect(await session.run('SAVEPOINT s')).toBe('SQL_UNSUPPORTED');
    await session.runAll('SELECT * FROM account');
    for (const sql of [
      'CREATE TABLE z (a BIGINT)',
      'CREATE TABLE z AS SELECT 1 AS a',
      'DROP TABLE account',
      'CREATE VIEW v AS SELECT 1 AS a',
    ]) {
      const other = new Session();
      await other.runAll('BEGIN');
      expect(await other.run(sql), sql).toBe('TRANSACTION_STATEMENT');
      expect(await other.run('SELECT 1')).toBe('TRANSACTION_FAILED');
      expect(await other.run('COMMIT')).toBe('TRANSACTION_FAILED');
    }
    await session.runAll('ROLLBACK');
    expect(await session.run('BEGIN ISOLATION LEVEL SERIALIZABLE')).toBe('SQL_UNSUPPORTED');
  });

  it('is rolled back by a restart of the server, and one that was committed says so', async () => {
    await fill();
    const [open, committed] = [new Session(), new Session()];
    await committed.runAll(...TRANSFER);
    const { transaction } = committed.settings;
    await committed.runAll('COMMIT');
    await open.runAll('BEGIN', "DELETE FROM account WHERE name = 'ada'");
    await server.stop();
    server = await start();
    expect(await open.run('SELECT 1')).toBe('TRANSACTION_UNKNOWN');
    committed.settings = { transaction: transaction ?? '' };
    expect(await committed.run('COMMIT')).toMatchObject([
      ['main.account', 2, expect.any(String), true],
      ['main.transfer', 1, expect.any(String), true],
    ]);
    expect(await balances(new Session())).toEqual(AFTER);
  });
});

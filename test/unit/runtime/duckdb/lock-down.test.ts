import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Connection, type Database, lockDown, openDatabase, quoteText } from '../../../../runtime/duckdb/index.ts';
import { rejection } from './session.ts';

const root = mkdtempSync(join(tmpdir(), 'lock-down-'));
const inside = join(root, 'inside');
const single = join(root, 'single.csv');
const sibling = join(root, 'inside-out.csv');
let database: Database;
let connection: Connection;

beforeAll(async () => {
  writeFileSync(single, 'a\n1\n');
  writeFileSync(sibling, 'a\n1\n');
  [database, connection] = await openLocked(2);
});

async function openLocked(threads: number): Promise<[Database, Connection]> {
  const opened = openDatabase({ config: { threads: String(threads) } });
  await lockDown(opened.connect(), {
    allowedDirectories: [inside],
    allowedPaths: [single],
    memoryBytesMax: 512 << 20,
    threads,
    tempDirectory: join(root, 'temp'),
    tempBytesMax: 64 << 20,
  });
  return [opened, opened.connect()];
}

afterAll(async () => {
  await database.close();
  rmSync(root, { recursive: true });
});

describe('a database that is locked down', () => {
  it('reads single files that are allowed', async () => {
    expect(await connection.queryRows(`SELECT * FROM read_csv(${quoteText(single)})`)).toEqual([{ a: 1n }]);
  });

  it.each([
    ['reads', () => `SELECT * FROM read_csv(${quoteText(sibling)})`],
    ['writes', () => `COPY (SELECT 1) TO ${quoteText(join(root, 'out.csv'))}`],
    ['climbs out', () => `SELECT * FROM read_csv(${quoteText(join(inside, '..', 'inside-out.csv'))})`],
    ['attaches', () => `ATTACH ${quoteText(join(root, 'other.db'))}`],
  ])('refuses a statement that %s outside', async (_, sql) => {
    expect((await rejection(connection.execute(sql()))).code).toBe('STORAGE_IO');
  });

  it.each([
    'SET threads = 1',
    "SET memory_limit = '10GB'",
    'SET enable_external_access = true',
    "SET temp_directory = '/tmp'",
    'RESET lock_configuration',
  ])('refuses %s', async (sql) => {
    expect((await rejection(connection.execute(sql))).message).toMatch(/locked|while database is running/);
  });

  it('has the limits that were asked for, in UTC', async () => {
    const rows = await connection.queryRows(
      "SELECT current_setting('memory_limit') AS memory, current_setting('threads') AS threads, current_setting('TimeZone') AS zone",
    );
    expect(rows).toEqual([{ memory: '512.0 MiB', threads: 2n, zone: 'UTC' }]);
  });

  it('still counts progress on new connections', async () => {
    // Only the calling thread counts, and with others it may find no work to do: alone it has to.
    const [alone, connection] = await openLocked(1);
    const running = connection.execute('SELECT max(hash(i)) FROM range(100000000000) t(i)');
    await vi.waitFor(
      () => {
        expect(connection.progress().totalRows).toBeGreaterThan(0n);
      },
      { timeout: 10_000, interval: 20 },
    );
    connection.interrupt();
    expect((await rejection(running)).code).toBe('ENGINE_CANCELLED');
    await alone.close();
  });
});

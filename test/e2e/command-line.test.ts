import { execFile } from 'node:child_process';
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileSources } from '../support/compile-sources.ts';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

/** The compiled program, as users run it. */
const NODE_ARGUMENTS = [join(compileSources(), 'dist/cli/main.js')];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trivium-cli-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const trivium = (...words: readonly string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile(process.execPath, [...NODE_ARGUMENTS, ...words], { cwd: folder, env: environment() }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
    });
  });

function environment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], HOME: folder, TMPDIR: tmpdir() };
}

describe('trivium without a server', { timeout: 120_000 }, () => {
  it('tells what it can do', async () => {
    const help = await trivium('--help');
    expect(help.code).toBe(0);
    for (const command of ['demo', 'serve', 'sql', 'load', 'job', 'engine', 'token', 'audit', 'verify', 'backup', 'restore', 'config'])
      expect(help.stdout).toContain(`  ${command} `);
    expect((await trivium('load', '--help')).stdout).toContain('--table <name>');
    expect((await trivium('--version')).stdout).toMatch(/^trivium \d+\.\d+\.\d+\n$/);
  });

  it('ends with 2 for an unknown command, option or configuration key, and names the nearest', async () => {
    const unknown = await trivium('serv');
    expect(unknown).toMatchObject({ code: 2, stdout: '' });
    expect(unknown.stderr).toContain("did you mean 'serve'?");
    expect((await trivium('sql', '--fromat', 'csv', 'SELECT 1')).code).toBe(2);
    const key = await trivium('config', 'check', '--set', 'http.prot=1');
    expect(key.code).toBe(2);
    expect(key.stderr).toContain("did you mean 'http.port'?");
  });

  it('loads a file, shows its schema and answers from it in the next call', async () => {
    writeFileSync(join(folder, 'cities.csv'), 'name,people,founded\nRome,2873000,-\nOslo,709000,1048-01-01\n"A, B",,\n');
    const loaded = await trivium('load', 'cities.csv');
    expect(loaded.stderr).toBe('');
    expect(loaded.stdout).toMatch(/people\s+bigint/);
    expect(loaded.stdout).toMatch(/Loaded 3 rows into main\.cities/);
    const answer = await trivium('sql', '--format', 'csv', 'SELECT name, people FROM cities ORDER BY people DESC NULLS LAST');
    expect(answer).toMatchObject({ code: 0, stdout: 'name,people\r\nRome,2873000\r\nOslo,709000\r\n"A, B",\r\n' });
    const table = await trivium('sql', 'SELECT name, people FROM cities ORDER BY name LIMIT 1');
    expect(table.stdout).toBe('name  people\n────  ──────\nA, B    NULL\n');
    expect(table.stderr).toMatch(/^\(1 row · .* · engine olap · snapshot /);
  });

  it('refuses to load over a table that exists, unless told to append or replace', async () => {
    const refused = await trivium('load', 'cities.csv');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('CATALOG_EXISTS');
    expect((await trivium('load', 'cities.csv', '--append')).stdout).toContain('Loaded 3 rows');
    expect((await trivium('sql', '--format', 'ndjson', 'SELECT count(*) AS n FROM cities')).stdout).toBe('{"n":6}\n');
    await trivium('load', 'cities.csv', '--replace');
    expect((await trivium('sql', '--format', 'ndjson', 'SELECT count(*) AS n FROM cities')).stdout).toBe('{"n":3}\n');
  });

  it('ends with 1 at the first statement that fails and shows the place', async () => {
    const failed = await trivium('sql', 'SELECT 1 AS one; SELECT poeple FROM cities; SELECT 3');
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain('one');
    expect(failed.stderr).toContain('SQL_UNKNOWN_COLUMN');
    expect(failed.stderr).toContain('  SELECT poeple FROM cities\n         ^');
    expect(failed.stdout).not.toContain('3');
  });

  it('translates a file of MySQL, prints it, and runs it', async () => {
    writeFileSync(
      join(folder, 'dump.sql'),
      'CREATE TABLE `old` (`id` int NOT NULL AUTO_INCREMENT, PRIMARY KEY (`id`));\nINSERT INTO `old` VALUES (1),(2);\n',
    );
    const printed = await trivium('import-sql', 'dump.sql');
    expect(printed).toMatchObject({ code: 0, stdout: 'CREATE TABLE "old" ("id" INTEGER NOT NULL);\nINSERT INTO "old" VALUES (1), (2);\n' });
    expect(printed.stderr).toContain('line 1: dropped: AUTO_INCREMENT of column id');
    expect((await trivium('import-sql', 'dump.sql', '--run')).code).toBe(0);
    expect((await trivium('sql', '--format', 'csv', 'SELECT sum(id) AS n FROM old')).stdout).toBe('n\r\n3\r\n');
    writeFileSync(join(folder, 'worse.sql'), 'INSERT INTO `old` VALUES (3);\nSELECT 1 || 2;\n');
    const refused = await trivium('import-sql', 'worse.sql', '--run');
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toContain('SQL_TRANSLATION: Statement at line 2');
  });

  it('writes and reads the Parquet of old tools', async () => {
    const path = join(folder, 'cities.legacy.parquet');
    const allowed = ['--set', `files.allowedDirectories=${folder}`];
    const copied = await trivium(
      'sql',
      ...allowed,
      `COPY (SELECT name, people FROM cities) TO '${path}' (FORMAT parquet_legacy, COMPRESSION gzip)`,
    );
    expect(copied).toMatchObject({ code: 0 });
    const loaded = await trivium('load', path, '--format', 'parquet_legacy', '--table', 'again');
    expect(loaded.stdout).toContain('Loaded 3 rows into main.again');
    const refused = await trivium('sql', ...allowed, `COPY (SELECT people * 1.5 FROM cities) TO '${path}' (FORMAT parquet_legacy)`);
    expect(refused.stderr).toContain('STORAGE_LOSSY');
  });

  it('verifies the tables of a warehouse, and ends with 1 when a file has changed', async () => {
    const sound = await trivium('verify', 'cities');
    expect(sound.stdout).toMatch(/^main\.cities: sound \(1 data files, \d+ bytes\)\n$/);
    expect(sound.code).toBe(0);
    const tables = join(folder, 'trivium-data', 'warehouse', 'tables', 'main');
    const names = readdirSync(tables, { recursive: true }).map(String);
    // Some are of tables that were replaced, and are not looked at.
    const paths = names.filter((name) => name.startsWith('cities-') && name.endsWith('.parquet')).map((name) => join(tables, name));
    const contents = paths.map((path) => readFileSync(path));
    for (const path of paths) appendFileSync(path, 'x');
    const damaged = await trivium('verify', '--warehouse', join('trivium-data', 'warehouse'));
    for (const [index, path] of paths.entries()) writeFileSync(path, contents[index] ?? '');
    expect(damaged).toMatchObject({ code: 1, stderr: '' });
    expect(damaged.stdout).toContain('main.cities: 1 damaged');
    expect((await trivium('verify', 'nothing')).stderr).toContain('CATALOG_UNKNOWN_TABLE');
    expect((await trivium('verify', '--warehouse', 'nowhere')).stderr).toContain('STORAGE_LOCATION');
  });

  it('backs a warehouse up into a folder, and brings a table of it back under another name', async () => {
    const backup = await trivium('backup', 'saved');
    expect(backup).toMatchObject({ code: 0, stderr: '' });
    expect(backup.stdout).toMatch(/^Backed up \d+ tables: \d+ files/);
    expect((await trivium('restore', 'saved')).stderr).toContain('CATALOG_NOT_EMPTY');
    const restored = await trivium('restore', 'saved', '--table', 'cities', '--as', 'cities_before');
    expect(restored.stdout).toMatch(/^Restored 1 tables/);
    expect((await trivium('sql', '--format', 'ndjson', 'SELECT count(*) AS n FROM cities_before')).stdout).toBe('{"n":3}\n');
  });

  it('keeps the settings of a session from statement to statement', async () => {
    const answer = await trivium(
      'sql',
      '--format',
      'ndjson',
      "CREATE SCHEMA IF NOT EXISTS s; CREATE TABLE s.t AS SELECT 7 AS x; SET schema = 's'; SELECT x FROM t",
    );
    expect(answer.stderr).toBe('');
    expect(answer.stdout.trim().split('\n').at(-1)).toBe('{"x":7}');
  });
});

describe('trivium serve', () => {
  let server: ServerProcess;

  beforeAll(async () => {
    server = await startServerProcess({ dataDirectory: join(folder, 'served') });
  });
  afterAll(() => server.stop());

  it('keeps its token from others and asks for it', async () => {
    expect(statSync(join(folder, 'served', 'token')).mode & 0o777).toBe(0o600);
    expect((await fetch(`${server.url}/v1/sql`, { method: 'POST', body: '{"sql":"SELECT 1"}' })).status).toBe(401);
  });

  it('is found by trivium sql and trivium engine list on the same data directory', async () => {
    const answer = await trivium('sql', '--data', 'served', '--format', 'csv', 'SELECT 6 * 7 AS answer');
    expect(answer).toMatchObject({ code: 0, stdout: 'answer\r\n42\r\n' });
    expect((await trivium('engine', 'list', '--data', 'served')).stdout).toMatch(/^olap\s+\S+\s+serving\s+yes/m);
  });

  it('sees at once what another process loads beside it', async () => {
    writeFileSync(join(folder, 'numbers.ndjson'), '{"n":1}\n{"n":2}\n');
    expect((await trivium('load', 'numbers.ndjson', '--data', 'served')).code).toBe(0);
    const response = await server.sql('SELECT sum(n) AS total FROM numbers');
    expect(await response.json()).toMatchObject({ data: [[3]] });
  });

  it('ends with 0 after SIGTERM and takes back its word', async () => {
    await server.stop();
    expect(server.exitCode()).toBe(0);
    expect(() => readFileSync(join(folder, 'served', 'server.json'))).toThrow(/ENOENT/);
  });
});

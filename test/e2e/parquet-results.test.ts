import { mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../support/server-process.ts';

const PARQUET = 'application/vnd.apache.parquet';

/** A column of each kind that a result may have, with NULL in the middle. */
const COLUMNS: readonly (readonly [name: string, expression: string, duckdbType: string])[] = [
  ['id', 'g', 'BIGINT'],
  ['big', 'g * 9007199254740993', 'BIGINT'],
  ['exact', 'CAST(g AS DECIMAL(30,2)) + 0.25', 'DECIMAL'],
  ['part', 'g / 7', 'DOUBLE'],
  ['flag', 'g % 2 = 0', 'BOOLEAN'],
  ['text', "'line ' || CAST(g AS varchar)", 'VARCHAR'],
  ['day', "DATE '2024-02-29' + CAST(g AS integer)", 'DATE'],
  ['at', "TIMESTAMP '2024-02-29 12:00:00.123456'", 'TIMESTAMP'],
  ['instant', "TIMESTAMP '2024-02-29 12:00:00.123456' AT TIME ZONE 'Europe/Berlin'", 'TIMESTAMP WITH TIME ZONE'],
  ['many', 'ARRAY[g, NULL, g + 1]', 'BIGINT[]'],
];
const PAIR = `SELECT ${COLUMNS.map(([name, expression]) => `CASE WHEN g <> 2 THEN ${expression} END AS ${name}`).join(', ')} FROM generate_series(1, 3) AS s(g)`;

describe('a result in Parquet', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'trivium-parquet-')));
  let server: ServerProcess;
  beforeAll(async () => {
    server = await startServerProcess({ dataDirectory: join(root, 'data') });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(root, { recursive: true, force: true });
  });

  /** Asks for a file, and asks another reader what is in it. */
  async function read(
    sql: string,
    query: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly response: Response; readonly rows: unknown[] }> {
    const response = await server.call('/v1/sql', {
      method: 'POST',
      headers: { accept: PARQUET, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ sql }),
    });
    const path = join(root, 'result.parquet');
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(response.status, bytes.toString()).toBe(200);
    writeFileSync(path, bytes);
    const duckdb = await DuckDBInstance.create(':memory:');
    const connection = await duckdb.connect();
    const reader = await connection.runAndReadAll(query.replace('$result', `read_parquet('${path}')`));
    connection.closeSync();
    duckdb.closeSync();
    return { response, rows: reader.getRowObjectsJson() };
  }

  it('holds the types and values of the columns, NULL too', async () => {
    const { response, rows: types } = await read(PAIR, 'DESCRIBE SELECT * FROM $result');
    expect(response.headers.get('content-type')).toBe(PARQUET);
    expect(types).toMatchObject(
      COLUMNS.map(([name, , type]) => ({
        column_name: name,
        column_type: expect.stringMatching(new RegExp(`^${type.replace('[]', '\\[\\]')}(\\(|$)`)) as unknown,
      })),
    );
    const names = COLUMNS.map(([name]) => `CAST("${name}" AS varchar) AS "${name}"`).join(', ');
    const { rows } = await read(PAIR, `SET TimeZone = 'UTC'; SELECT ${names} FROM $result ORDER BY id NULLS FIRST`);
    expect(rows).toEqual([
      Object.fromEntries(COLUMNS.map(([name]) => [name, null])),
      {
        id: '1',
        big: '9007199254740993',
        exact: expect.stringMatching(/^1\.25$/) as unknown,
        part: '0.14285714285714285',
        flag: 'false',
        text: 'line 1',
        day: '2024-03-01',
        at: '2024-02-29 12:00:00.123456',
        instant: '2024-02-29 11:00:00.123456+00',
        many: '[1, NULL, 2]',
      },
      expect.objectContaining({ id: '3', big: '27021597764222979', text: 'line 3', many: '[3, NULL, 4]' }),
    ]);
  });

  it('is a whole file without rows, and one of many', async () => {
    expect((await read('SELECT g AS n FROM generate_series(2, 1) AS s(g)', 'SELECT count(*) AS n FROM $result')).rows).toEqual([
      { n: '0' },
    ]);
    const many = await read(
      'SELECT g AS n FROM generate_series(1, 500000) AS s(g)',
      'SELECT count(*) AS rows, sum(n)::bigint AS total FROM $result',
    );
    expect(many.rows).toEqual([{ rows: '500000', total: '125000250000' }]);
  });

  it('is not compressed twice, and tells a write as a row', async () => {
    const { response } = await read('SELECT g AS n FROM generate_series(1, 50000) AS s(g)', 'SELECT 1', { 'accept-encoding': 'gzip' });
    expect(response.headers.get('content-encoding')).toBeNull();
    const { rows } = await read('CREATE TABLE kept AS SELECT 1 AS n UNION ALL SELECT 2', 'SELECT rows FROM $result');
    expect(rows).toEqual([{ rows: '2' }]);
  });

  it('leaves nothing on the disk of the server', () => {
    const spool = readdirSync(join(root, 'data'), { recursive: true }).filter((path) => String(path).includes('result.parquet'));
    expect(spool).toEqual([]);
  });
});

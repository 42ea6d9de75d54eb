import { administratorCaller } from '../../../../sql-gateway/access/caller.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkSession } from '../../../../sql-gateway/http/parse-statement-request.ts';
import type { RequestSession, StatementRequest } from '../../../../sql-gateway/query/statement-request.ts';
import { expandExecute, PREPARED_LENGTH_MAX } from '../../../../sql-gateway/query/prepared-statements.ts';
import { type MemoryGateway, startMemoryGateway } from '../../../support/memory-gateway.ts';

const SESSION: RequestSession = {
  ...checkSession(null),
  prepared: JSON.stringify({ p: 'SELECT n FROM t WHERE n = ?', q: 'SELECT $a' }),
};

const expand = (sql: string, parameters: StatementRequest['parameters'] = []): Pick<StatementRequest, 'sql' | 'parameters'> => {
  const request = { sql, parameters, session: SESSION, timeoutMs: null, principal: administratorCaller('ada'), idempotencyKey: null };
  const { sql: text, parameters: values } = expandExecute(request);
  return { sql: text, parameters: values };
};

describe('EXECUTE', () => {
  it.each([
    ['EXECUTE p (1)', 'SELECT n FROM t WHERE n = ?', [1]],
    ['execute P using -12', 'SELECT n FROM t WHERE n = ?', [-12]],
    ["EXECUTE p (DATE '2024-01-02')", 'SELECT n FROM t WHERE n = ?', ['2024-01-02']],
    ['EXECUTE p (9223372036854775807)', 'SELECT n FROM t WHERE n = ?', ['9223372036854775807']],
    ['EXECUTE p (-0.10)', 'SELECT n FROM t WHERE n = ?', ['-0.10']],
    ['EXECUTE q (a => NULL)', 'SELECT $a', { a: null }],
    ['EXPLAIN ROUTE EXECUTE p (TRUE)', 'EXPLAIN ROUTE SELECT n FROM t WHERE n = ?', [true]],
    ["SELECT 'execute'", "SELECT 'execute'", []],
  ])('stands for the prepared statement: %s', (sql, text, parameters) => {
    expect(expand(sql)).toEqual({ sql: text, parameters });
  });

  it('passes a parameter of the request on', () => {
    expect(expand('EXECUTE p ($1)', [7]).parameters).toEqual([7]);
  });

  it.each([
    ['EXECUTE r', 'SQL_UNKNOWN_PREPARED'],
    ['EXECUTE p (1 + n)', 'SQL_UNSUPPORTED'],
    ['EXECUTE q (a => 1, 2)', 'SQL_PARAMETER'],
    ['EXECUTE p ($2)', 'SQL_PARAMETER'],
  ])('is refused: %s', (sql, code) => {
    expect(() => expand(sql)).toThrow(expect.objectContaining({ code }) as Error);
  });
});

describe('prepared statements over HTTP', () => {
  let server: MemoryGateway;
  beforeAll(async () => {
    server = await startMemoryGateway();
  });
  afterAll(() => server.close());

  const run = async (text: string, prepared?: string): Promise<{ code?: string; told: string | null; text: string }> => {
    const response = await server.sql(text, { body: prepared === undefined ? {} : { session: { prepared } } });
    const body = await response.text();
    const { code } = JSON.parse(body) as { code?: string };
    const told = response.headers.get('trivium-set-session');
    return { ...(code === undefined ? {} : { code }), told: told === null ? null : decodeURIComponent(told), text: body };
  };

  it('are kept by the client, which is told all of them', async () => {
    const first = await run('PREPARE p AS SELECT n FROM t WHERE n = ?');
    expect(first.told).toBe('prepared={"p":"SELECT n FROM t WHERE n = ?"}');
    const prepared = (first.told ?? '').slice('prepared='.length);
    expect((await run('PREPARE q AS SELECT 1', prepared)).told).toBe('prepared={"p":"SELECT n FROM t WHERE n = ?","q":"SELECT 1"}');
    expect((await run('EXPLAIN EXECUTE p (5)', prepared)).text).toContain('scan main.t');
    expect((await run('EXPLAIN (FORMAT JSON) EXECUTE p (5)', prepared)).text).toContain('parameter');
    expect((await run('EXECUTE r (2)', JSON.stringify({ r: 'SELECT ? + 1' }))).code).toBeUndefined();
    expect((await run('EXECUTE p', prepared)).code).toBe('SQL_PARAMETER');
    expect((await run('DEALLOCATE p', prepared)).told).toBe('prepared');
    expect((await run('DEALLOCATE nothing', prepared)).code).toBe('SQL_UNKNOWN_PREPARED');
  });

  it('must be what the server told, and short enough for a header', async () => {
    expect((await run('EXECUTE p', '[]')).code).toBe('REQUEST_INVALID');
    expect((await run('EXECUTE p', '{')).code).toBe('REQUEST_INVALID');
    expect((await run(`PREPARE p AS SELECT '${'x'.repeat(PREPARED_LENGTH_MAX)}'`)).code).toBe('SQL_TOO_LONG');
  });

  it('refuses what is understood and not carried out, and explains it', async () => {
    const refused = await run('SAVEPOINT s');
    expect(refused.code).toBe('SQL_UNSUPPORTED');
    expect(refused.text).toContain('rolled back as a whole');
    expect((await run('EXPLAIN SAVEPOINT s')).text).toContain('refused');
    expect((await run('EXPLAIN GRANT SELECT ON t TO somebody')).text).toContain(
      'granted SELECT on main.t to somebody (runs without an engine)',
    );
  });
});

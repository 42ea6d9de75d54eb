import { afterEach, describe, expect, it } from 'vitest';
import { PlatformError } from '../../spi/index.ts';
import type { MemoryEngineOptions } from '../support/memory-engine.ts';
import { type MemoryGateway, startMemoryGateway } from '../support/memory-gateway.ts';

const open: MemoryGateway[] = [];

async function start(engines: readonly MemoryEngineOptions[], overrides: Parameters<typeof startMemoryGateway>[2] = {}) {
  const gateway = await startMemoryGateway(engines, {}, overrides);
  open.push(gateway);
  const ask = async (text: string, body: object = {}) =>
    (await (await gateway.sql(text, { body })).json()) as { engine: string | null; data: unknown[][]; code?: string; detail?: string };
  /** EXPLAIN ROUTE as one object per row. */
  const explain = async (text: string, body: object = {}) => {
    const answer = (await (await gateway.sql(`EXPLAIN ROUTE ${text}`, { body })).json()) as {
      columns: { name: string }[];
      data: unknown[][];
    };
    return answer.data.map((row) => Object.fromEntries(answer.columns.map(({ name }, index) => [name, row[index]])));
  };
  return { ...gateway, ask, explain };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((gateway) => gateway.close()));
});

const ENGINES: readonly MemoryEngineOptions[] = [
  { name: 'cheap', cpuMs: 5 },
  { name: 'dear', cpuMs: 500 },
  { name: 'dearest', cpuMs: 5000 },
];
const NO_CACHE = { session: { resultCache: 'off' } };

describe('rules', () => {
  it('decide by the first that matches, and the default is any engine by its estimate', async () => {
    const { ask } = await start(ENGINES);
    expect((await ask('SELECT 1', NO_CACHE)).engine).toBe('cheap');
    await ask("ALTER ROUTE reads WHEN kind = 'query' SET POLICY prefer ENGINES (dear)");
    await ask('ALTER ROUTE rest SET POLICY strict ENGINES (dearest)');
    expect((await ask('SELECT 1', NO_CACHE)).engine).toBe('dear');
    expect((await ask('INSERT INTO t SELECT 1')).engine).toBe('dearest');
    await ask('ALTER ROUTE reads DROP');
    expect((await ask('SELECT 1', NO_CACHE)).engine).toBe('dearest');
  });

  it('of strict exclude every other engine, those of prefer put them behind', async () => {
    const { ask, explain } = await start([
      { name: 'cheap', cpuMs: 5 },
      { name: 'odd', refusal: 'too odd' },
    ]);
    await ask('ALTER ROUTE r SET POLICY strict ENGINES (odd)');
    expect(await ask('SELECT 1')).toMatchObject({ code: 'ENGINE_REFUSED' });
    expect(await explain('SELECT 1')).toMatchObject([
      { engine: 'cheap', chosen: false, rank: null, refusal_code: 'ENGINE_EXCLUDED', decided_by: 'rule r: strict odd' },
      { engine: 'odd', refusal_code: 'ENGINE_UNSUPPORTED', refusal: 'too odd' },
    ]);
    await ask('ALTER ROUTE r SET POLICY prefer ENGINES (odd)');
    expect((await ask('SELECT 1')).engine).toBe('cheap');
  });

  it('give way to the session, and the session to a hint', async () => {
    const { ask } = await start(ENGINES);
    await ask('ALTER ROUTE r SET POLICY strict ENGINES (dearest)');
    expect((await ask('SELECT 1', { session: { engine: 'dear' } })).engine).toBe('dear');
    expect((await ask('SELECT /*+ ENGINE(cheap) */ 1', { session: { engine: 'dear' } })).engine).toBe('cheap');
  });

  it.each([
    ["user = 'ada'", true],
    ["user <> 'ada'", false],
    ["table = 'main.t'", true],
    ["table = 'main.u'", false],
    ['input_rows < 10', true],
    ['input_rows >= 10', false],
    ['input_bytes = 0', true],
    ["feature = 'project'", true],
    ["feature = 'window'", false],
    ['memory_bytes > 1000', true],
    ["kind = 'query' AND user = 'bob'", false],
  ])('with WHEN %s match: %s', async (condition, matches) => {
    const { ask } = await start([
      { name: 'cheap', cpuMs: 5, memoryBytes: 5000, features: ['scan'] },
      { name: 'dear', cpuMs: 500, features: ['scan'] },
    ]);
    await ask(`ALTER ROUTE r WHEN ${condition} SET POLICY prefer ENGINES (dear)`);
    expect((await ask('SELECT n + 1 FROM t', NO_CACHE)).engine).toBe(matches ? 'dear' : 'cheap');
  });

  it.each([
    ['ALTER ROUTE r SET POLICY strict ENGINES (chaep)', 'ENGINE_UNKNOWN', /./],
    ["ALTER ROUTE r WHEN tabel = 'main.t' SET POLICY any", 'SQL_INVALID_VALUE', /no feature 'tabel'/],
    ["ALTER ROUTE r WHEN input_rows > 'many' SET POLICY any", 'SQL_INVALID_VALUE', /whole number/],
    ["ALTER ROUTE r WHEN user > 'a' SET POLICY any", 'SQL_INVALID_VALUE', /by = and <>/],
    ["ALTER ROUTE r WHEN kind = 'read' SET POLICY any", 'SQL_INVALID_VALUE', /'query' or 'write'/],
    ["ALTER ROUTE r WHEN table = 't' SET POLICY any", 'SQL_INVALID_VALUE', /main\.t/],
    ['ALTER ROUTE r SET POLICY strict', 'SQL_INVALID_VALUE', /needs ENGINES/],
    ['ALTER ROUTE r SET POLICY any ENGINES (cheap)', 'SQL_INVALID_VALUE', /takes no ENGINES/],
    ['ALTER ROUTE r DROP', 'SQL_UNKNOWN_ROUTE', /no rule 'r'/],
    ['ALTER ROUTE r SET POLICY sometimes', 'SQL_SYNTAX', /STRICT/],
  ])('are refused as %s', async (statement, code, detail) => {
    const { ask } = await start(ENGINES);
    const answer = await ask(statement);
    expect(answer.code).toBe(code);
    expect(answer.detail).toMatch(detail);
  });

  it('of the configuration come after those of SQL, which hide them by name', async () => {
    const routes = [{ name: 'r', when: [], policy: 'strict', engines: ['dear'], views: true }] as const;
    const { ask } = await start(ENGINES, { routes });
    expect((await ask('SELECT 1', NO_CACHE)).engine).toBe('dear');
    expect(await ask('ALTER ROUTE r DROP')).toMatchObject({ code: 'SQL_UNKNOWN_ROUTE' });
    await ask('ALTER ROUTE r SET POLICY any');
    expect((await ask('SELECT 2', NO_CACHE)).engine).toBe('cheap');
    const shown = await ask('SHOW ROUTES');
    expect(shown.data).toEqual([[1, 'r', '', 'any', '', true, 'sql']]);
  });

  it('of the configuration that name an unknown engine keep the server from starting', async () => {
    const routes = [{ name: 'r', when: [], policy: 'strict', engines: ['daer'], views: true }] as const;
    await expect(start(ENGINES, { routes })).rejects.toMatchObject({ code: 'CONFIG_INVALID', hint: "Did you mean 'dear'?" });
  });
});

describe('memory', () => {
  it('rules an engine out beyond its limit, in favour of another', async () => {
    const { ask, explain } = await start([
      { name: 'small', cpuMs: 1, memoryBytes: 2 ** 31, memoryBytesMax: 2 ** 30 },
      { name: 'big', cpuMs: 100 },
    ]);
    expect((await ask('SELECT 1')).engine).toBe('big');
    expect(await explain('SELECT 2')).toMatchObject([
      { engine: 'small', chosen: false, refusal_code: 'RESOURCE_MEMORY', estimated_ms: 1 },
      { engine: 'big', chosen: true, rank: 1 },
    ]);
    expect((await ask('SELECT /*+ ENGINE(small) */ 1')).engine).toBe('small');
  });

  it('that ran out before the first row moves the statement to the next engine, and its plan from then on', async () => {
    const error = new PlatformError('RESOURCE_MEMORY', 'no memory');
    const { ask, explain } = await start([
      { name: 'small', cpuMs: 1, streamError: { afterBatches: 0, error } },
      { name: 'big', cpuMs: 100 },
    ]);
    expect((await ask('SELECT 1', NO_CACHE)).engine).toBe('big');
    expect(await explain('SELECT 1')).toMatchObject([{ engine: 'small', refusal_code: 'RESOURCE_MEMORY', rank: null }, { engine: 'big' }]);
    // Which of the two is first for another plan depends on what the machine measured.
    expect(await explain('SELECT 2')).toMatchObject([{ engine: 'small', refusal_code: null }, { engine: 'big' }]);
  });

  it('that ran out after the first row is told to the client, whatever other engines there are', async () => {
    const error = new PlatformError('RESOURCE_MEMORY', 'no memory');
    const { ask } = await start([
      { name: 'small', cpuMs: 1, batchRows: 10, streamError: { afterBatches: 1, error } },
      { name: 'big', cpuMs: 100 },
    ]);
    expect(await ask('SELECT n FROM generate_series(1, 100) AS s(n)')).toMatchObject({ code: 'RESOURCE_MEMORY' });
  });
});

describe('a refusal of an engine', () => {
  it.each(['ENGINE_UNSUPPORTED', 'ENGINE_UNAVAILABLE', 'RESOURCE_MEMORY'] as const)('is told with its code %s', async (refusalCode) => {
    const { explain } = await start([
      { name: 'one', refusal: 'not now', refusalCode },
      { name: 'two', statements: ['write'] },
    ]);
    expect(await explain('SELECT 1')).toMatchObject([
      { engine: 'one', refusal_code: refusalCode, refusal: 'not now', estimated_ms: null, rank: null },
      { engine: 'two', refusal_code: 'ENGINE_UNSUPPORTED' },
    ]);
  });
});

describe('what was measured', () => {
  it('moves statements of a plan away from an engine that takes longer than it says', async () => {
    const { ask, explain } = await start([
      { name: 'boaster', cpuMs: 1, holdMs: 60 },
      { name: 'honest', cpuMs: 20 },
    ]);
    expect((await ask('SELECT 1', NO_CACHE)).engine).toBe('boaster');
    expect((await ask('SELECT 1', NO_CACHE)).engine).toBe('honest');
    expect(await explain('SELECT 1')).toMatchObject([
      { engine: 'boaster', rank: 2, runs: 1, estimated_ms: 1 },
      { engine: 'honest', rank: 1, runs: 1, chosen: true },
    ]);
    const { data } = await ask('SELECT engine, runs, errors, measured_ms, regret_ms FROM system.routing LIMIT 2');
    const [boaster = [], honest = []] = data;
    expect([boaster.slice(0, 3), honest.slice(0, 3)]).toEqual([
      ['boaster', 1, 0],
      ['honest', 1, 0],
    ]);
    expect(boaster[3]).toBeGreaterThan(50);
    expect(boaster[4]).toBeCloseTo(Number(boaster[3]) - Number(honest[3]), 1);
    expect(honest[4]).toBe(0);
  });

  it('stands in system.queries beside the estimate and who decided', async () => {
    const { ask, call } = await start([{ name: 'one', cpuMs: 7 }]);
    await ask('SELECT 1');
    const { queries } = (await (await call('/v1/queries')).json()) as { queries: Record<string, unknown>[] };
    expect(queries[0]).toMatchObject({ engine: 'one', route: 'default: any', estimatedMs: 7, cache: 'miss', view: null });
    expect(queries[0]?.['measuredMs']).toBeGreaterThan(0);
  });
});

describe('a stored result', () => {
  const cacheOf = async (gateway: Pick<MemoryGateway, 'sql'>, text: string, body: object = {}) => {
    const response = await gateway.sql(text, { body });
    const { data } = (await response.json()) as { data: unknown };
    return { data, cache: response.headers.get('trivium-cache'), engine: response.headers.get('trivium-engine') };
  };

  it('answers the same statement again, without an engine', async () => {
    const gateway = await start([{ name: 'one' }]);
    const text = 'SELECT n FROM generate_series(1, 3) AS s(n)';
    expect(await cacheOf(gateway, text)).toEqual({ data: [[1], [2], [3]], cache: 'miss', engine: 'one' });
    expect(await gateway.explain(text)).toMatchObject([
      { engine: '(result cache)', chosen: true },
      { engine: 'one', chosen: false, rank: 1 },
    ]);
    expect(await cacheOf(gateway, text)).toEqual({ data: [[1], [2], [3]], cache: 'hit', engine: null });
    const { queries } = (await (await gateway.call('/v1/queries')).json()) as { queries: Record<string, unknown>[] };
    expect(queries[0]).toMatchObject({ cache: 'hit', engine: null, rows: 3 });
    const metrics = await (await gateway.call('/metrics')).text();
    expect(metrics).toMatch(/trivium_cache_total\{outcome="hit"\} 1\n/);
    expect(metrics).toMatch(/trivium_cache_entries 1\n/);
  });

  it('comes whole in every format, again and again', async () => {
    const { sql } = await start([{ batchRows: 1000 }]);
    const text = 'SELECT n FROM generate_series(1, 5000) AS s(n)';
    for (const accept of ['text/csv', 'application/json', 'text/csv', 'application/json']) {
      const answer = await (await sql(text, { accept })).text();
      expect(answer.match(/\d+/g)?.slice(0, 5000).length).toBe(5000);
      expect(answer).toContain('5000');
    }
  });

  it('is neither looked for nor made with the hint NO_CACHE, with the setting off, or by EXPLAIN ANALYZE', async () => {
    const gateway = await start([{ name: 'one' }]);
    expect(await cacheOf(gateway, 'SELECT /*+ NO_CACHE */ 1')).toMatchObject({ cache: null, engine: 'one' });
    expect(await cacheOf(gateway, 'SELECT 1', NO_CACHE)).toMatchObject({ cache: null, engine: 'one' });
    expect((await cacheOf(gateway, 'EXPLAIN ANALYZE SELECT 1')).cache).toBeNull();
    expect((await cacheOf(gateway, 'SELECT 1')).cache).toBe('miss');
  });

  it('is one for each engine asked for, and for each value of a parameter', async () => {
    const gateway = await start([{ name: 'one' }, { name: 'two', cpuMs: 50 }]);
    await cacheOf(gateway, 'SELECT 1');
    expect(await cacheOf(gateway, 'SELECT /*+ ENGINE(two) */ 1')).toMatchObject({ cache: 'miss', engine: 'two' });
    const asked = [1, 2, 1].map((value) => ({ parameters: [value] }));
    const answers = [];
    for (const body of asked) answers.push(await cacheOf(gateway, 'SELECT $1 + 1 AS n', body));
    expect(answers.map(({ data, cache }) => [data, cache])).toEqual([
      [[[2]], 'miss'],
      [[[3]], 'miss'],
      [[[2]], 'hit'],
    ]);
  });

  it('is never a part of a result', async () => {
    const lost = new PlatformError('ENGINE_LOST', 'gone');
    const { sql } = await start([{ batchRows: 10, streamError: { afterBatches: 4, error: lost } }]);
    const statuses = [];
    while (statuses.length < 2) statuses.push((await sql('SELECT n FROM generate_series(1, 100) AS s(n)')).status);
    expect(statuses).toEqual([503, 503]);
  });

  it('is none at all when the cache has no memory', async () => {
    const gateway = await start([{}], { cache: { bytesMax: 0 } });
    expect(await cacheOf(gateway, 'SELECT 1')).toMatchObject({ cache: null });
  });

  it('is turned off by SET', async () => {
    const { sql } = await start([{}]);
    expect((await sql('SET result_cache = off')).headers.get('trivium-set-session')).toBe('resultCache=off');
    expect((await sql("SET fresh_views = 'maybe'")).status).toBe(400);
    expect((await sql('SELECT 1', { body: { session: { resultCache: 'sometimes' } } })).status).toBe(400);
  });
});

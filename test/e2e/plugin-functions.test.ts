import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type FunctionsPlatform, startFunctionsPlatform } from '../support/functions-platform.ts';

const GEO = fileURLToPath(new URL('../../examples/geo-functions/index.ts', import.meta.url));
const HELLO = fileURLToPath(new URL('../../examples/hello-engine/index.ts', import.meta.url));

let platform: FunctionsPlatform;

beforeAll(async () => {
  platform = await startFunctionsPlatform({ functions: { geo: { module: GEO }, moon: { module: GEO, radius_km: 1737.4 } } });
  await platform.ask('CREATE TABLE places (name varchar, latitude double, longitude double, people bigint)');
  await platform.ask("INSERT INTO places VALUES ('a', 0, 0, 1), ('b', 0, 90, 3), ('c', NULL, 0, 100)");
}, 120_000);

afterAll(async () => {
  await platform.close();
});

describe('functions of a plugin, loaded by path', { timeout: 60_000 }, () => {
  it.each(['olap', 'stream', 'batch'])('are called by their namespace, and %s runs them', async (engine) => {
    const sql = `SELECT /*+ ENGINE(${engine}) */ name, geo.hemisphere(latitude - 1) FROM places ORDER BY name`;
    const data = [
      ['a', 'south'],
      ['b', 'south'],
      ['c', null],
    ];
    expect(await platform.ask(sql)).toMatchObject({ engine, data });
  });

  it('are bound as what they stand for, so that the router sees no function of theirs', async () => {
    const sql = 'SELECT name, round(geo.distance_km(0, 0, latitude, longitude), 3) FROM places ORDER BY name';
    expect(await platform.ask(sql)).toMatchObject({
      data: [
        ['a', 0],
        ['b', 10007.557],
        ['c', null],
      ],
    });
  });

  it('are as their configuration says, under each namespace of its own', async () => {
    expect(await platform.ask('SELECT round(moon.distance_km(0, 0, 0, 90), 1)')).toMatchObject({ data: [[2729.1]] });
  });

  it('take the rows of groups', async () => {
    const sql = 'SELECT geo.weighted_mean(longitude, people) FILTER (WHERE latitude IS NOT NULL) AS m, count(*) FROM places HAVING m > 1';
    expect(await platform.ask(sql)).toMatchObject({ data: [[67.5, 3]] });
  });

  it('are rows in FROM', async () => {
    const sql = 'SELECT count(*), min(latitude), max(g.longitude) FROM geo.grid(30) AS g';
    expect(await platform.ask(sql)).toMatchObject({ data: [[84, -90, 150]] });
  });

  it('are listed', async () => {
    const { data } = await platform.ask('SHOW FUNCTIONS');
    const listed = (data ?? []).filter(([name]) => String(name).startsWith('geo.'));
    expect(listed.map(([name, kind]) => [name, kind])).toEqual([
      ['geo.distance_km', 'scalar'],
      ['geo.hemisphere', 'scalar'],
      ['geo.weighted_mean', 'aggregate'],
      ['geo.grid', 'table'],
    ]);
  });

  it('are seen through by views', async () => {
    expect(await platform.ask('CREATE VIEW ways AS SELECT name, geo.hemisphere(latitude) AS h FROM places')).toMatchObject({ status: 200 });
    expect(await platform.ask("SELECT name FROM ways WHERE h = 'north' ORDER BY name")).toMatchObject({ data: [['a'], ['b']] });
  });

  it('are kept fresh in materialized views', async () => {
    const sql =
      'CREATE MATERIALIZED VIEW sides AS SELECT geo.hemisphere(latitude) AS h, count(*) AS n FROM places GROUP BY geo.hemisphere(latitude)';
    expect(await platform.ask(sql)).toMatchObject({ status: 200 });
    await vi.waitFor(async () => {
      expect(await platform.ask('SELECT h, n FROM sides ORDER BY h')).toMatchObject({
        data: [
          ['north', 2],
          [null, 1],
        ],
      });
    }, 20_000);
  });

  it('answer a misspelt name with the nearest', async () => {
    expect(await platform.ask('SELECT geo.hemispere(1)')).toMatchObject({
      code: 'SQL_UNKNOWN_FUNCTION',
      hint: 'Did you mean geo.hemisphere?',
    });
  });
});

describe('a configuration of functions', () => {
  const start = (functions: object): Promise<unknown> => startFunctionsPlatform({ functions, engines: [] });

  it.each([
    [{ geo: { module: GEO, radius_k: 1 } }, 'CONFIG_INVALID', "did you mean 'radius_km'"],
    [{ system: { module: GEO } }, 'CONFIG_INVALID', 'taken by the platform'],
    [{ Geo: { module: GEO } }, 'CONFIG_INVALID', 'lower-case'],
    [{ geo: { module: './nothing.js' } }, 'SPI_INVALID_PLUGIN', 'cannot be loaded'],
    [{ geo: { module: HELLO } }, 'SPI_INVALID_PLUGIN', "needs 'kind'"],
  ])('%j is refused with %s', async (functions, code, message) => {
    await expect(start(functions)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
  });
});

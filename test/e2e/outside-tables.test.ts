import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMemoryConnector, type MemoryConnector, type MemoryTable } from '../support/memory-connector.ts';
import { type OutsidePlatform, startOutsidePlatform } from '../support/outside-platform.ts';
import type { StatementAnswer } from '../support/post-statement.ts';

const CUSTOMERS: MemoryTable = {
  schema: 'public',
  name: 'customers',
  columns: [
    { name: 'id', type: 'bigint', nullable: false },
    { name: 'name', type: 'varchar' },
    { name: 'city', type: 'varchar' },
    { name: 'score', type: 'double' },
  ],
  rows: [
    [1, 'Ada', 'London', 9.5],
    [2, 'Grace', 'New York', 8],
    [3, 'Alan', 'London', null],
    [4, 'Edsger', null, 7.25],
    [5, 'Barbara', 'Boston', 9],
  ],
};

const VISITS: MemoryTable = { schema: 'public', name: 'visits', columns: [{ name: 'customer', type: 'bigint' }], rows: [] };

let memory: MemoryConnector;
let platform: OutsidePlatform;

beforeAll(async () => {
  memory = createMemoryConnector([CUSTOMERS, VISITS]);
  platform = await startOutsidePlatform({
    engines: ['engines/olap', 'engines/stream', 'engines/batch', 'examples/hello-engine'],
    connectors: [{ catalog: 'crm', module: memory.plugin, config: {} }],
    bytesMax: 2 ** 20,
  });
  expect(await platform.ask('CREATE TABLE orders (customer bigint, amount bigint)')).toMatchObject({ status: 200 });
  await platform.ask('INSERT INTO orders VALUES (1, 10), (1, 20), (2, 5), (3, 7), (9, 1)');
}, 120_000);

beforeEach(() => {
  memory.options = {};
  memory.log.requests.length = 0;
  memory.log.reads.length = 0;
});

afterAll(async () => {
  await platform.close();
});

/** Waits until no files of fetched rows are there and nothing is held for them: a statement ends after its answer. */
async function expectNothingLeft(): Promise<void> {
  await vi.waitFor(() => {
    const folder = join(platform.tablesDirectory, 'main');
    expect(readdirSync(folder).filter((name) => name.startsWith('outside_'))).toEqual([]);
    expect(memory.log.running).toBe(0);
    expect(memory.log.released).toBe(memory.log.plans);
  }, 5000);
}

describe('tables of an outside database', { timeout: 60_000 }, () => {
  it.each(['olap', 'stream', 'batch'])('%s joins them with stored ones', async (engine) => {
    const sql = `SELECT /*+ ENGINE(${engine}) */ c.name, sum(o.amount) FROM crm.public.customers c JOIN orders o ON o.customer = c.id GROUP BY c.name ORDER BY c.name`;
    const answer = await platform.ask(sql);
    expect(answer).toMatchObject({
      engine,
      data: [
        ['Ada', 30],
        ['Alan', 7],
        ['Grace', 5],
      ],
    });
    expect(answer.snapshots).toHaveLength(1);
    await expectNothingLeft();
  });

  it('an engine that knows nothing of files reads them too', async () => {
    expect(await platform.ask('SELECT /*+ ENGINE(hello) */ id, name FROM CRM.Public.Customers WHERE id > 3')).toMatchObject({
      engine: 'hello',
      data: [
        [4, 'Edsger'],
        [5, 'Barbara'],
      ],
    });
  });

  it('only rows and columns that are needed are read', async () => {
    const answer = await platform.ask("SELECT name FROM crm.public.customers WHERE city = 'London' AND id < $1 ORDER BY name", {
      parameters: [3],
    });
    expect(answer.data).toEqual([['Ada']]);
    expect(memory.log.reads).toEqual([{ columns: ['name'], rows: 1 }]);
  });

  it('a condition that the connector does not decide is applied here', async () => {
    memory.options = { handling: 'inexact', splitRows: 2 };
    const answer = await platform.ask("SELECT name FROM crm.public.customers WHERE upper(city) = 'LONDON' AND id > 1");
    expect(answer.data).toEqual([['Alan']]);
    expect(memory.log.reads.map(({ columns }) => columns)).toEqual([
      ['id', 'name', 'city'],
      ['id', 'name', 'city'],
    ]);
  });

  it('a limit reaches the connector when no condition is left', async () => {
    expect((await platform.ask('SELECT name FROM crm.public.customers LIMIT 2 OFFSET 1')).data).toHaveLength(2);
    expect(memory.log.reads).toEqual([{ columns: ['name'], rows: 3 }]);
    expect((await platform.ask('SELECT name FROM crm.public.customers ORDER BY id LIMIT 2')).data).toEqual([['Ada'], ['Grace']]);
    expect(memory.log.reads[1]?.rows).toBe(5);
  });

  it('scans that read the same rows are fetched once', async () => {
    const sql = 'SELECT count(*) FROM crm.public.customers a JOIN crm.public.customers b ON a.id = b.id';
    expect((await platform.ask(sql)).data).toEqual([[5]]);
    expect(memory.log.reads).toHaveLength(1);
  });

  it('rows are counted without reading all columns', async () => {
    expect((await platform.ask('SELECT count(*) FROM crm.public.customers')).data).toEqual([[5]]);
    expect(memory.log.reads[0]?.columns).toHaveLength(1);
    expect((await platform.ask('SELECT count(*) FROM crm.public.visits')).data).toEqual([[0]]);
  });

  it('a stored table is filled from them', async () => {
    await platform.ask('CREATE TABLE copies AS SELECT id, name FROM crm.public.customers WHERE score >= 9');
    expect((await platform.ask('SELECT count(*), max(name) FROM copies')).data).toEqual([[2, 'Barbara']]);
    await expectNothingLeft();
  });

  it('a result is never taken from the cache', async () => {
    const sql = 'SELECT count(*) FROM crm.public.customers';
    await platform.ask(sql);
    memory.log.reads.length = 0;
    const again = await platform.ask(sql);
    expect(again.cache ?? null).not.toBe('hit');
    expect(memory.log.reads).toHaveLength(1);
  });

  it('a view over them shows what they hold now', async () => {
    await platform.ask("CREATE VIEW londoners AS SELECT name FROM crm.public.customers WHERE city = 'London'");
    expect((await platform.ask('SELECT count(*) FROM londoners')).data).toEqual([[2]]);
  });
});

describe('a read of an outside table that fails', { timeout: 60_000 }, () => {
  it('never gives a shorter result', async () => {
    memory.options = { splitRows: 2, failsInSplit: 1 };
    for (const engine of ['olap', 'stream']) {
      expect(await platform.ask(`SELECT /*+ ENGINE(${engine}) */ id FROM crm.public.customers`)).toMatchObject({
        status: 502,
        code: 'CONNECTOR_FAILED',
      });
    }
    await expectNothingLeft();
  });

  it('rows of other types than the columns are refused', async () => {
    memory.options = { lie: 'types' };
    const answer = await platform.ask('SELECT id FROM crm.public.customers');
    expect(answer.code).toMatch(/^SQL_/);
  });

  it('a limit with conditions left is a broken contract', async () => {
    memory.options = { lie: 'limited' };
    const unsupported = "SELECT id FROM crm.public.customers WHERE upper(city) = 'LONDON' LIMIT 1";
    expect(await platform.ask(unsupported)).toMatchObject({ code: 'SPI_INVALID_PLUGIN' });
    memory.options = { lie: 'limited', handling: 'inexact' };
    expect(await platform.ask('SELECT id FROM crm.public.customers WHERE id = 5 LIMIT 1')).toMatchObject({ code: 'SPI_INVALID_PLUGIN' });
  });

  it('more bytes than allowed end the statement', async () => {
    const big: MemoryTable = {
      schema: 'public',
      name: 'big',
      columns: [{ name: 'n', type: 'bigint' }],
      rows: Array.from({ length: 200_000 }, (_, index) => [index]),
    };
    const other = createMemoryConnector([big]);
    const small = await startOutsidePlatform({
      engines: ['engines/olap'],
      connectors: [{ catalog: 'crm', module: other.plugin, config: {} }],
      bytesMax: 2 ** 20,
    });
    try {
      expect(await small.ask('SELECT sum(n) FROM crm.public.big')).toMatchObject({ status: 507, code: 'RESOURCE_OUTSIDE_ROWS' });
      expect((await small.ask('SELECT count(*) FROM crm.public.big WHERE n < 10')).data).toEqual([[10]]);
    } finally {
      await small.close();
    }
  });

  it('the deadline ends the fetch', async () => {
    memory.options = { frameMs: 15_000 };
    const startedMs = Date.now();
    expect(await platform.ask('SELECT id FROM crm.public.customers', { timeoutMs: 300 })).toMatchObject({ code: 'RESOURCE_DEADLINE' });
    expect(Date.now() - startedMs).toBeLessThan(14_000);
  });

  it('a database that is out of reach fails its own statements only', async () => {
    memory.options = { unreachable: true };
    expect(await platform.ask('SELECT id FROM crm.public.customers')).toMatchObject({ status: 503, code: 'CONNECTOR_UNAVAILABLE' });
    expect(await platform.ask('SELECT count(*) FROM orders')).toMatchObject({ status: 200 });
  });
});

describe('what outside tables do not have', { timeout: 60_000 }, () => {
  it.each([
    ['SELECT id FROM crm.public.customers FOR VERSION AS OF 1', 'CATALOG_OUTSIDE'],
    ['CREATE MATERIALIZED VIEW m AS SELECT city, count(*) AS n FROM crm.public.customers GROUP BY city', 'CATALOG_OUTSIDE'],
    ['DELETE FROM crm.public.customers WHERE id = 1', 'CATALOG_OUTSIDE'],
    ['UPDATE crm.public.customers SET name = NULL', 'CATALOG_OUTSIDE'],
    ['DELETE FROM orders WHERE customer IN (SELECT id FROM crm.public.customers)', 'CATALOG_OUTSIDE'],
    ['SHOW CREATE TABLE crm.public.customers', 'CATALOG_OUTSIDE'],
    ['DROP TABLE crm.public.customers', 'CATALOG_UNKNOWN_SCHEMA'],
    ['CREATE TABLE crm.public.more (n bigint)', 'CATALOG_UNKNOWN_SCHEMA'],
  ])('%s is refused', async (sql, code) => {
    expect(await platform.ask(sql)).toMatchObject({ code });
  });

  it.each([
    ['SELECT 1 FROM crn.public.customers', 'CATALOG_UNKNOWN_SCHEMA', 'Did you mean crm?'],
    ['SELECT 1 FROM crm.publik.customers', 'CATALOG_UNKNOWN_SCHEMA', 'Did you mean public?'],
    ['SELECT 1 FROM crm.public.custmers', 'CATALOG_UNKNOWN_TABLE', 'Did you mean customers?'],
  ])('%s proposes the nearest name', async (sql, code, hint) => {
    expect(await platform.ask(sql)).toMatchObject({ code, hint });
  });

  it('they are listed and described', async () => {
    expect((await platform.ask('SHOW SCHEMAS FROM crm')).data).toEqual([['public']]);
    expect((await platform.ask("SHOW TABLES FROM crm.public LIKE 'v%'")).data).toEqual([['public', 'visits', 'outside_table']]);
    expect((await platform.ask('DESCRIBE crm.public.customers')).data?.[0]).toEqual(['id', 'bigint', 'NO', null, null]);
  });

  it('EXPLAIN and EXPLAIN ROUTE say that they are not pinned, and read nothing', async () => {
    const plan = (await platform.ask('EXPLAIN SELECT id FROM crm.public.customers')).data?.flat().join('\n');
    expect(plan).toContain('scan crm.public.customers (outside, not pinned)');
    const route = (await platform.ask('EXPLAIN ROUTE SELECT id FROM crm.public.customers')).data;
    expect(JSON.stringify(route)).toContain('crm.public.customers (outside, not pinned)');
    expect(memory.log.requests).toEqual([]);
  });
});

describe('INSERT into an outside table', { timeout: 60_000 }, () => {
  it('adds all rows in one transaction of it', async () => {
    const answer = await platform.ask('INSERT INTO crm.public.visits SELECT customer FROM orders WHERE amount >= 7');
    expect(answer).toMatchObject({ status: 200, data: [[3]] });
    expect(VISITS.rows).toHaveLength(3);
    expect(memory.log.committed).toBe(1);
  });

  it('adds no row when the statement fails', async () => {
    const before = CUSTOMERS.rows.length;
    memory.options = { failsInSplit: 0 };
    expect(await platform.ask('INSERT INTO crm.public.customers (id) SELECT customer FROM crm.public.visits')).toMatchObject({
      code: 'CONNECTOR_FAILED',
    });
    expect(CUSTOMERS.rows).toHaveLength(before);
    expect(memory.log.aborted).toBeGreaterThan(0);
  });

  it('is refused with an idempotency key where the connector keeps none', async () => {
    const before = VISITS.rows.length;
    const answer = await platform.ask('INSERT INTO crm.public.visits VALUES (1)', {}, { 'idempotency-key': 'k1' });
    expect(answer.code).toBe('CATALOG_OUTSIDE');
    expect(VISITS.rows).toHaveLength(before);
  });

  it('with an idempotency key adds its rows once', async () => {
    memory.options = { keepsKeys: true };
    const before = VISITS.rows.length;
    const insert = (): Promise<StatementAnswer> =>
      platform.ask('INSERT INTO crm.public.visits VALUES (1), (2)', {}, { 'idempotency-key': 'k2' });
    expect(await insert()).toMatchObject({ status: 200, data: [[2]] });
    expect(await insert()).toMatchObject({ status: 200, data: [[2]] });
    expect(VISITS.rows).toHaveLength(before + 2);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { type BindContext, type bindStatement, type BoundStatement, parseReadPin } from '../../../../sql/bind/index.ts';
import { parseStatement } from '../../../../sql/parse/index.ts';
import { importMutant } from '../../../mutant/import-mutant.ts';
import { bindContext, bindText, catalogOf } from '../../../support/bind-text.ts';
import { MemoryCatalog } from '../../../support/memory-catalog.ts';

const table = (name: string) => ({ schema: 'main', name });

let catalog: MemoryCatalog;

beforeEach(async () => {
  catalog = await catalogOf(['CREATE TABLE flights (id BIGINT)', 'CREATE TABLE airports (id BIGINT)', 'CREATE TABLE fresh (id BIGINT)']);
  catalog.createTable(viewSpec('by_hour'));
  catalog.createTable(viewSpec('by_day'));
  for (const id of ['11', '12', '13']) catalog.addSnapshot(table('flights'), id, { committedAtMs: Number(id) * 1000 });
  for (const id of ['21', '22']) catalog.addSnapshot(table('airports'), id, { committedAtMs: Number(id) * 1000 });
  const offsets = (text: string) => ({ summary: { 'trivium.offsets': text } });
  catalog.addSnapshot(table('by_hour'), '31', offsets('main.flights@11, main.airports@21'));
  catalog.addSnapshot(table('by_hour'), '32', offsets('main.flights@12, main.airports@21'));
  catalog.addSnapshot(table('by_hour'), '33', offsets('main.flights@12, main.airports@22'));
  catalog.addSnapshot(table('by_day'), '41', offsets('main.by_hour@31'));
  catalog.addSnapshot(table('by_day'), '42', offsets('main.by_hour@33'));
});

const viewSpec = (name: string) => ({
  name: table(name),
  columns: [{ name: 'id', type: { kind: 'bigint' }, nullable: true }] as const,
  partitioning: [],
  properties: { 'trivium.materialized-view': 'true' },
  comment: null,
});

const pinned = (pin: string | null): Partial<BindContext> => ({ readAt: pin === null ? null : parseReadPin(pin, 'UTC') });

/** The snapshots that a statement reads, by table. */
function readsOf(statement: BoundStatement): Record<string, string | null> {
  const query = 'query' in statement ? statement.query : null;
  return Object.fromEntries((query?.snapshots ?? []).map(({ table: { name }, snapshotId }) => [name, snapshotId]));
}

const reads = async (pin: string | null, text: string): Promise<Record<string, string | null>> =>
  readsOf(await bindText(text, catalog, pinned(pin)));

describe('what a statement reads under a pin', () => {
  it('is the snapshot listed for a table, and the newest of tables that are not listed', async () => {
    expect(await reads('main.flights@11', 'SELECT 1 FROM Flights, airports')).toEqual({ flights: '11', airports: '22' });
    expect(await reads('main.flights@11, main.airports@21', 'SELECT 1 FROM flights, airports')).toEqual({ flights: '11', airports: '21' });
    expect(await reads(null, 'SELECT 1 FROM flights')).toEqual({ flights: '13' });
  });

  it('is nothing of a table listed as empty', async () => {
    expect(await reads('main.flights@empty', 'SELECT 1 FROM flights')).toEqual({ flights: null });
  });

  it('is what was current at an instant, of every table', async () => {
    expect(await reads('1970-01-01 00:00:21.5', 'SELECT 1 FROM flights, airports')).toEqual({ flights: '13', airports: '21' });
    await expect(reads('1970-01-01T00:00:12Z', 'SELECT 1 FROM airports')).rejects.toMatchObject({ code: 'CATALOG_UNKNOWN_SNAPSHOT' });
  });

  it('is the version that the text names, which wins', async () => {
    expect(await reads('main.flights@11', 'SELECT 1 FROM flights FOR VERSION AS OF 12')).toEqual({ flights: '12' });
  });

  it('holds inside of views too', async () => {
    catalog.createView({ name: table('v'), sql: 'SELECT * FROM flights', defaultSchema: 'main', columnNames: null, comment: null });
    expect(await reads('main.flights@11', 'SELECT 1 FROM v')).toEqual({ flights: '11' });
  });

  it('is the snapshot of a materialized view that was made of the pinned sources', async () => {
    expect(await reads('main.flights@11', 'SELECT 1 FROM by_hour')).toEqual({ by_hour: '31' });
    expect(await reads('main.flights@12', 'SELECT 1 FROM by_hour')).toEqual({ by_hour: '33' });
    expect(await reads('main.flights@12, main.airports@21', 'SELECT 1 FROM by_hour')).toEqual({ by_hour: '32' });
    expect(await reads('main.flights@12', 'SELECT 1 FROM by_day')).toEqual({ by_day: '42' });
    expect(await reads('main.fresh@1', 'SELECT 1 FROM by_hour')).toEqual({ by_hour: '33' });
    expect(await reads('main.by_hour@32, main.flights@11', 'SELECT 1 FROM by_hour')).toEqual({ by_hour: '32' });
  });

  it('does not exist when a materialized view was never made of the pinned sources', async () => {
    await expect(reads('main.flights@13', 'SELECT 1 FROM by_hour')).rejects.toMatchObject({
      code: 'CATALOG_UNKNOWN_SNAPSHOT',
      message: expect.stringContaining('main.flights@13') as string,
      hint: expect.stringContaining('trivium.offsets') as string,
    });
    await expect(reads('main.flights@11, main.airports@22', 'SELECT 1 FROM by_hour')).rejects.toMatchObject({
      code: 'CATALOG_UNKNOWN_SNAPSHOT',
    });
  });

  it('fails when a table of the list does not exist, except for statements that read nothing', async () => {
    await expect(reads('main.flihgts@11', 'SELECT 1 FROM airports')).rejects.toMatchObject({ code: 'CATALOG_UNKNOWN_TABLE' });
    expect(await bindText('RESET snapshot', catalog, pinned('main.flihgts@11'))).toEqual({ kind: 'set', name: 'snapshot', value: null });
  });

  it('does not touch the table that is written: its newest rows are changed', async () => {
    const insert = await bindText('INSERT INTO flights SELECT * FROM flights', catalog, pinned('main.flights@11'));
    expect(readsOf(insert)).toEqual({ flights: '11' });
    const change = await bindText(
      'DELETE FROM flights WHERE id IN (SELECT id FROM airports)',
      catalog,
      pinned('main.flights@11, main.airports@21'),
    );
    expect(change).toMatchObject({ kind: 'delete', target: { snapshotId: '13' } });
    expect(readsOf(change)).toMatchObject({ airports: '21' });
  });

  it('has no say in the definition of a view', async () => {
    const text = 'CREATE MATERIALIZED VIEW v2 AS SELECT id FROM flights';
    expect(readsOf(await bindText(text, catalog, pinned('main.flights@11')))).toEqual({ flights: '13' });
  });
});

describe('SET snapshot', () => {
  const set = async (value: string, zone = 'UTC') => {
    const statement = await bindText(`SET snapshot = '${value}'`, catalog, { timeZone: zone });
    return statement.kind === 'set' ? statement.value : null;
  };

  it('takes a list of snapshots that exist, or an instant, which is kept in UTC', async () => {
    expect(await set(' main.flights@11,main.airports@21')).toBe('main.flights@11, main.airports@21');
    expect(await set('2026-11-22 08:00:00', 'Europe/Berlin')).toBe('2026-11-22T07:00:00.000Z');
    expect(await set('2026-11-22T08:00:00+02:00')).toBe('2026-11-22T06:00:00.000Z');
    expect(await set('2026-11-22')).toBe('2026-11-22T00:00:00.000Z');
  });

  it.each([
    ['main.flights@99', 'CATALOG_UNKNOWN_SNAPSHOT'],
    ['main.nothing@1', 'CATALOG_UNKNOWN_TABLE'],
    ['flights@11', 'SQL_INVALID_VALUE'],
    ['yesterday', 'SQL_INVALID_VALUE'],
  ])('refuses %s', async (value, code) => {
    await expect(set(value)).rejects.toMatchObject({ code });
  });

  it('goes with read_your_writes and read_after', async () => {
    expect(await bindText('SET read_your_writes = true', catalog)).toMatchObject({ name: 'read_your_writes', value: 'on' });
    expect(await bindText("SET read_after = 'main.flights@11'", catalog)).toMatchObject({ value: 'main.flights@11' });
    await expect(bindText("SET read_after = 'x'", catalog)).rejects.toMatchObject({ code: 'SQL_INVALID_VALUE' });
    await expect(bindText('SET read_your_writes = maybe', catalog)).rejects.toMatchObject({ code: 'SQL_INVALID_VALUE' });
  });
});

/** A catalog in which something is committed whenever a name was looked up. */
class BusyCatalog extends MemoryCatalog {
  readonly #live: MemoryCatalog;

  constructor(live: MemoryCatalog) {
    super();
    this.#live = live;
  }

  override pinned(): MemoryCatalog {
    return this.#live.pinned();
  }

  override async resolve(...[name, at]: Parameters<MemoryCatalog['resolve']>): ReturnType<MemoryCatalog['resolve']> {
    const found = await this.#live.resolve(name, at);
    this.#live.addSnapshot(table('airports'), '99');
    return found;
  }
}

describe('all names of a statement', () => {
  const text = 'SELECT 1 FROM airports, flights';

  it('are looked up in one state of the catalog, also while others commit', async () => {
    expect(readsOf(await bindText(text, new BusyCatalog(catalog)))).toEqual({ flights: '13', airports: '22' });
  });

  it('would be seen to be looked up in two without it', async () => {
    const mutant = await importMutant<{ bindStatement: typeof bindStatement }>('index.ts', {
      folder: 'sql/bind',
      file: 'bind-statement.ts',
      from: 'catalog: given.catalog.pinned()',
      to: 'catalog: given.catalog',
    });
    const bound = await mutant.bindStatement(parseStatement(text), bindContext(text, new BusyCatalog(catalog)));
    expect(readsOf(bound)).toEqual({ flights: '13', airports: '99' });
  });
});

import { describe, expect, it } from 'vitest';
import type { BoundQuery, StreamCheckpoint, StreamRecord, TableSnapshot } from '../../../../spi/index.ts';
import { createFreshViews } from '../../../../sql-gateway/route/fresh-views.ts';
import { importMutant } from '../../../mutant/import-mutant.ts';
import { bindQueryText } from '../../../support/bind-text.ts';
import { MemoryCatalog } from '../../../support/memory-catalog.ts';

const VIEW = 'SELECT origin, count(*) AS flights, sum(delay) AS late FROM flights WHERE delay > 0 GROUP BY origin';

interface Setup {
  readonly sql?: string;
  readonly offset?: string | null;
  readonly lateRows?: number;
  /** Checkpoint that is there when the record is looked at again. */
  readonly sequenceAfter?: number;
  readonly timeZone?: string;
  readonly create?: typeof createFreshViews;
}

function source(name: string, catalog: MemoryCatalog): TableSnapshot {
  return catalog.createTable(
    {
      name: { schema: 'main', name },
      columns: [
        { name: 'date', type: { kind: 'timestamp' }, nullable: true },
        { name: 'delay', type: { kind: 'integer' }, nullable: true },
        { name: 'origin', type: { kind: 'varchar' }, nullable: true },
      ],
      partitioning: [],
      properties: {},
      comment: null,
    },
    '7',
  );
}

/** A warehouse with a table, and a view of it whose result stands at snapshot 3 of a table of its own. */
async function setUp({
  sql = VIEW,
  offset = '7',
  lateRows = 0,
  sequenceAfter = 5,
  timeZone = 'UTC',
  create = createFreshViews,
}: Setup = {}) {
  const catalog = new MemoryCatalog();
  const flights = source('flights', catalog);
  source('others', catalog);
  const query = await bindQueryText(sql, catalog);
  const columns = query.plan.output.map(({ name, type, nullable }) => ({ name, type, nullable }));
  const result = catalog.createTable(
    { name: { schema: 'main', name: 'v' }, columns, partitioning: [], properties: {}, comment: null },
    '3',
  );
  const checkpoint = { sequence: 5, offsets: [{ table: flights.ref, snapshotId: offset }], lateRows } as unknown as StreamCheckpoint;
  const record = {
    table: result.ref,
    lateTable: null,
    sql,
    defaultSchema: 'main',
    timeZone,
    fingerprint: query.fingerprint,
    checkpoint,
  } as unknown as StreamRecord;
  const after = { ...record, checkpoint: { ...checkpoint, sequence: sequenceAfter } };
  const streams = { list: () => Promise.resolve([record]), find: () => Promise.resolve(after) };
  const views = create({ catalog, streams });
  const consider = async (text: string, overrides = {}) => views.consider(await bindQueryText(text, catalog, overrides));
  return { consider };
}

/** The tables that the statement over the view reads. */
const readBy = (query: BoundQuery | null | undefined): readonly string[] | undefined =>
  query?.snapshots.map(({ table, snapshotId }) => `${table.name}@${snapshotId ?? ''}`);

describe('a fresh view', () => {
  it.each([
    ['its own query', VIEW],
    ['other names, another order and fewer columns', 'SELECT sum(delay), origin AS o FROM flights WHERE delay > 0 GROUP BY origin'],
    ['ORDER BY and LIMIT above it', `${VIEW} ORDER BY flights DESC, origin LIMIT 3`],
    [
      'conditions and expressions over its groups',
      'SELECT origin, sum(delay) / count(*) FROM flights WHERE delay > 0 GROUP BY origin HAVING count(*) > 2',
    ],
    ['an aggregate over it', `SELECT max(flights) FROM (${VIEW}) v`],
  ])('answers %s', async (_what, text) => {
    const { consider } = await setUp();
    const [view] = await consider(text);
    expect(view).toMatchObject({ name: 'main.v', refusal: null });
    expect(readBy(view?.query)).toEqual(['v@3']);
  });

  it('leaves the rest of the statement as it is', async () => {
    const { consider } = await setUp();
    const [view] = await consider(`SELECT o.delay, v.late FROM others o JOIN (${VIEW}) v ON o.origin = v.origin`);
    expect(readBy(view?.query)?.toSorted()).toEqual(['others@7', 'v@3']);
    expect(view?.query?.fingerprint).not.toBe((await consider(VIEW))[0]?.query?.fingerprint);
  });

  it('has its columns read by their place in its result', async () => {
    const { consider } = await setUp();
    const [view] = await consider('SELECT sum(delay) AS s, origin FROM flights WHERE delay > 0 GROUP BY origin');
    const root = view?.query?.plan.root;
    const places = root?.kind === 'scan' ? root.columns.map(({ name, fieldId }) => [name, fieldId]) : [];
    expect(places).toEqual([
      ['late', 3],
      ['origin', 1],
    ]);
  });

  it.each([
    ['another condition', 'SELECT origin, count(*) FROM flights WHERE delay > 1 GROUP BY origin'],
    ['no condition', 'SELECT origin, count(*) FROM flights GROUP BY origin'],
    ['more groups', 'SELECT origin, date, count(*) FROM flights WHERE delay > 0 GROUP BY origin, date'],
    ['fewer groups', 'SELECT count(*) FROM flights WHERE delay > 0'],
    ['another aggregate', 'SELECT origin, min(delay) FROM flights WHERE delay > 0 GROUP BY origin'],
    ['a condition on what is aggregated', 'SELECT origin, count(*) FILTER (WHERE delay > 5) FROM flights WHERE delay > 0 GROUP BY origin'],
    ['DISTINCT in an aggregate', 'SELECT origin, sum(DISTINCT delay) FROM flights WHERE delay > 0 GROUP BY origin'],
    ['another table', VIEW.replace('flights WHERE', 'others WHERE')],
    ['the start of the statement', `SELECT now(), v.* FROM (${VIEW}) v`],
    ['random numbers', `SELECT random(), v.* FROM (${VIEW}) v`],
  ])('is not looked at for %s', async (_what, text) => {
    const { consider } = await setUp();
    expect(await consider(text)).toEqual([]);
  });

  it('is not looked at from another time zone', async () => {
    const { consider } = await setUp();
    expect(await consider(VIEW, { timeZone: 'Europe/Berlin' })).toEqual([]);
  });

  it('is of use for windows of time, and for rows that meet a condition', async () => {
    const hours = "SELECT date_trunc('hour', date) AS h, count(*) AS n FROM flights GROUP BY 1";
    expect(readBy((await (await setUp({ sql: hours })).consider(`${hours} ORDER BY 1`))[0]?.query)).toEqual(['v@3']);
    const rows = 'SELECT delay, origin FROM flights WHERE delay > 60';
    expect(readBy((await (await setUp({ sql: rows })).consider('SELECT origin FROM flights WHERE delay > 60 LIMIT 2'))[0]?.query)).toEqual([
      'v@3',
    ]);
    expect(await (await setUp({ sql: 'SELECT delay, origin FROM flights' })).consider('SELECT origin FROM flights')).toEqual([]);
  });

  it('needs no parameters: a statement with them is another one', async () => {
    const { consider } = await setUp();
    expect(await consider('SELECT origin, count(*) FROM flights WHERE delay > $1 GROUP BY origin', { parameters: [0] })).toEqual([]);
  });
});

const REFUSED: readonly (readonly [string, Setup, string])[] = [
  ['stands at an older snapshot', { offset: '6' }, 'STREAM_STALE'],
  ['has read nothing yet', { offset: null }, 'STREAM_STALE'],
  ['moves on while it is looked at', { sequenceAfter: 6 }, 'STREAM_STALE'],
  ['had rows that came too late', { lateRows: 1 }, 'STREAM_LATE_ROWS'],
];

describe('a view that must not answer', () => {
  it.each(REFUSED)('%s', async (_what, setup, code) => {
    const { consider } = await setUp(setup);
    expect(await consider(VIEW)).toMatchObject([{ name: 'main.v', refusal: { code }, query: null }]);
  });

  const mutants = [
    ['offset?.table.uuid !== ofQuery.table.uuid || offset.snapshotId !== ofQuery.snapshotId', 'false', 0],
    ['after.checkpoint?.sequence === record.checkpoint?.sequence', 'true', 2],
    ['checkpoint?.lateRows === 0 && !lateRows', '!lateRows', 3],
  ] as const;
  it.each(mutants)('would answer without the check %s (mutant)', async (from, to, index) => {
    const { createFreshViews: create } = await importMutant<{ createFreshViews: typeof createFreshViews }>('route/fresh-views.ts', {
      folder: 'sql-gateway',
      file: 'route/fresh-views.ts',
      from,
      to,
    });
    const [, setup] = REFUSED[index] ?? ['', {}];
    const { consider } = await setUp({ ...setup, create });
    expect((await consider(VIEW))[0]?.query ?? null).not.toBeNull();
  });

  const matchMutants = [
    [
      'a condition',
      'return matchValue(query.filter, view.filter, state);',
      'return true;',
      'SELECT origin, count(*) FROM flights WHERE delay > 1 GROUP BY origin',
    ],
    ['the groups', '!view.groups.every(({ id }) => groups.has(id))', 'false', 'SELECT count(*) FROM flights WHERE delay > 0'],
  ] as const;
  it.each(matchMutants)('would be taken for another query without comparing %s (mutant)', async (_what, from, to, text) => {
    const { createFreshViews: create } = await importMutant<{ createFreshViews: typeof createFreshViews }>('route/fresh-views.ts', {
      folder: 'sql-gateway',
      file: 'route/match-view.ts',
      from,
      to,
    });
    expect(await (await setUp()).consider(text)).toEqual([]);
    expect((await (await setUp({ create })).consider(text))[0]?.query ?? null).not.toBeNull();
  });
});

import { afterEach, describe, expect, it, vi } from 'vitest';
import type { MemoryEngineOptions } from '../support/memory-engine.ts';
import { type MemoryGateway, startMemoryGateway } from '../support/memory-gateway.ts';

const open: MemoryGateway[] = [];

async function start(engines: readonly MemoryEngineOptions[], shadowShare = 1) {
  const gateway = await startMemoryGateway(engines, {}, { routing: { shadowShare } });
  open.push(gateway);
  const ask = async (text: string) => {
    const {
      columns = [],
      data = [],
      ...rest
    } = (await (await gateway.sql(text)).json()) as {
      columns?: { name: string }[];
      data?: unknown[][];
      code?: string;
      engine?: string;
    };
    return { ...rest, rows: data.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index]]))) };
  };
  return { ...gateway, ask };
}

type Asker = Awaited<ReturnType<typeof start>>;

afterEach(async () => {
  await Promise.all(open.splice(0).map((gateway) => gateway.close()));
});

const SERIES = 'SELECT n FROM generate_series(1, 3) AS s(n)';

/** What is looked at; the engines of these tests have no timestamps. */
const SHOWN = {
  shadow_runs: 'engine, agreed, disagreed, failed',
  disagreements: 'sql, engine, shadow, arbiter, blamed, difference, engine_plan, plan_json',
};

/** A statement is left out while the run beside an earlier one lasts, so it is asked until it was compared. */
async function askUntil(gateway: Asker, sql: string, table: keyof typeof SHOWN, honest: string): Promise<Record<string, unknown>> {
  return vi.waitFor(
    async () => {
      await gateway.ask(sql.replace('SELECT', 'SELECT /*+ NO_CACHE */'));
      const { rows, ...rest } = await gateway.ask(`SELECT /*+ ENGINE(${honest}) */ ${SHOWN[table]} FROM system.${table}`);
      expect(rest).not.toHaveProperty('code');
      expect(rows).not.toEqual([]);
      return rows[0] ?? {};
    },
    { timeout: 20_000, interval: 20 },
  );
}

describe('a second engine', { timeout: 60_000 }, () => {
  it('runs a share of the queries after their answers, and agrees', async () => {
    const gateway = await start([{ name: 'one' }, { name: 'two', cpuMs: 50 }]);
    expect(await askUntil(gateway, SERIES, 'shadow_runs', 'one')).toMatchObject({ engine: 'two', disagreed: 0, failed: 0 });
    expect((await gateway.ask('SELECT sql FROM system.disagreements')).rows).toEqual([]);
    const { rows } = await gateway.ask('SELECT engine FROM system.routing');
    expect(rows.some(({ engine }) => engine === 'two')).toBe(true);
  });

  it('runs nothing when the share is 0', async () => {
    const gateway = await start([{ name: 'one' }, { name: 'liar', lie: 'rows twice', cpuMs: 50 }], 0);
    for (let count = 0; count < 5; count += 1) await gateway.ask(SERIES);
    expect((await gateway.ask('SELECT * FROM system.shadow_runs')).rows).toEqual([]);
  });

  it('that is caught lying loses what it lied about until it is cleared', async () => {
    const gateway = await start([{ name: 'honest' }, { name: 'liar', lie: 'rows twice', cpuMs: 50 }]);
    const found = await askUntil(gateway, SERIES, 'disagreements', 'honest');
    expect(found).toMatchObject({ engine: 'honest@1.0.0', shadow: 'liar@1.0.0', arbiter: null, blamed: 'liar' });
    expect(found['difference']).toMatch(/^3 and \d rows/);
    expect(found['engine_plan']).toMatch(/generate_series/);
    expect(JSON.parse(String(found['plan_json']))).toHaveProperty('root');
    const { rows } = await gateway.ask(`EXPLAIN ROUTE ${SERIES}`);
    expect(rows).toMatchObject([
      { engine: 'honest', rank: 1 },
      { engine: 'liar', rank: null, refusal_code: 'ENGINE_DEMOTED' },
    ]);
    expect(rows[1]?.['refusal']).toMatch(/ALTER ROUTE CLEAR ENGINE liar/);
    expect(await gateway.ask('ALTER ROUTE CLEAR ENGINE liar')).toMatchObject({
      rows: [{ status: expect.stringMatching(/^cleared [1-9]/) as string }],
    });
    expect(await gateway.ask('ALTER ROUTE CLEAR ENGINE lair')).toMatchObject({ code: 'ENGINE_UNKNOWN' });
    const cleared = await gateway.ask(`EXPLAIN ROUTE ${SERIES}`);
    expect(cleared.rows[1]).toMatchObject({ engine: 'liar', refusal_code: null });
    expect((await gateway.ask(`SELECT /*+ ENGINE(liar) */ ${SERIES.slice('SELECT '.length)}`)).engine).toBe('liar');
  });

  it('finds the first one lying when a third agrees with it; what that answered is forgotten', async () => {
    const gateway = await start([
      { name: 'liar', lie: 'a row less' },
      { name: 'honest', cpuMs: 50 },
      { name: 'upright', cpuMs: 60 },
    ]);
    expect((await gateway.ask(SERIES)).rows).toHaveLength(2);
    expect(await askUntil(gateway, SERIES, 'disagreements', 'honest')).toMatchObject({ engine: 'liar@1.0.0', blamed: 'liar' });
    await vi.waitFor(async () => {
      const answer = await gateway.ask(SERIES);
      expect(answer.rows).toHaveLength(3);
      expect(answer.engine).not.toBe('liar');
    });
  });
});

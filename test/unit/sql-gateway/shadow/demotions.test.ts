import { describe, expect, it } from 'vitest';
import type { BoundQuery } from '../../../../spi/index.ts';
import { openDemotions } from '../../../../sql-gateway/route/demotions.ts';
import { planShape } from '../../../../sql-gateway/route/plan-shape.ts';
import { comparisonOf } from '../../../../sql-gateway/shadow/comparable-query.ts';
import { type Disagreement, openDisagreements } from '../../../../sql-gateway/shadow/disagreements.ts';
import { findSuspects } from '../../../../sql-gateway/shadow/find-suspects.ts';
import { bindQueryText, catalogOf } from '../../../support/bind-text.ts';
import { createMemorySettingStore } from '../../../support/memory-setting-store.ts';
import { SALES_TABLES } from '../../../support/sales-tables.ts';

const catalog = await catalogOf(SALES_TABLES);
const bind = (text: string): Promise<BoundQuery> => bindQueryText(text, catalog);

describe('a demotion', () => {
  const demotion = { engine: 'liar', parts: ['sum'], match: 'any', disagreement: 'd1', sinceMs: 1 } as const;

  it('keeps plans with one of its parts, or only those with all of them, away from one engine', async () => {
    const demotions = await openDemotions(createMemorySettingStore());
    const [sums, counts] = [await bind('SELECT sum(b) FROM t'), await bind('SELECT count(*) FROM t')];
    await demotions.put(demotion);
    expect(demotions.refusalOf('liar', sums)?.code).toBe('ENGINE_DEMOTED');
    expect(demotions.refusalOf('liar', counts)).toBeNull();
    expect(demotions.refusalOf('honest', sums)).toBeNull();
    await demotions.put({ ...demotion, parts: ['count_star', 'window'], match: 'all', disagreement: 'd2' });
    expect(demotions.refusalOf('liar', counts)).toBeNull();
  });

  it('lasts over a restart, until the engine is cleared', async () => {
    const settings = createMemorySettingStore();
    const sums = await bind('SELECT sum(b) FROM t');
    await (await openDemotions(settings)).put(demotion);
    const reopened = await openDemotions(settings);
    expect(reopened.list()).toEqual([demotion]);
    expect(await reopened.clear('liar')).toBe(1);
    expect(reopened.refusalOf('liar', sums)).toBeNull();
    expect((await openDemotions(settings)).list()).toEqual([]);
  });
});

describe('suspects', () => {
  it('are functions that the engine never had right, else parts of the plan, else all of them together', async () => {
    const query = await bind('SELECT sum(b), min(b) FROM t');
    expect(findSuspects(query, new Set())).toEqual({ parts: ['min', 'sum'], match: 'any' });
    expect(findSuspects(query, new Set(['min', 'scan']))).toEqual({ parts: ['sum'], match: 'any' });
    expect(findSuspects(query, new Set(['min', 'sum', 'scan', 'project']))).toEqual({ parts: ['aggregate'], match: 'any' });
    const all = ['aggregate', 'min', 'project', 'scan', 'sum'];
    expect(findSuspects(query, new Set(all)).match).toBe('all');
  });
});

describe('answers', () => {
  it.each([
    ['SELECT a, b FROM t', []],
    ['SELECT b, a FROM t ORDER BY a', [1]],
    ['SELECT a, b FROM t ORDER BY a, b LIMIT 3', [0, 1]],
    ['SELECT c, count(*) FROM t GROUP BY c ORDER BY c LIMIT 3', [0]],
    ['SELECT a, f FROM t ORDER BY f, a', []],
    ['SELECT a, rank() OVER (ORDER BY b) FROM t', []],
    ['SELECT DISTINCT a FROM t', []],
  ])('to %s can be compared, in the order of columns %j', async (text, orderedBy) => {
    expect(comparisonOf(await bind(text))).toEqual({ orderedBy });
  });

  it.each([
    'SELECT a, random() FROM t',
    'SELECT a, b FROM t LIMIT 3',
    'SELECT a, b FROM t ORDER BY a LIMIT 3',
    'SELECT c, sum(f) FROM t GROUP BY c ORDER BY 2 LIMIT 3',
    'SELECT any_value(a) FROM t',
    'SELECT row_number() OVER (ORDER BY b) FROM t',
    'SELECT a FROM t WHERE a IN (SELECT a FROM u LIMIT 1)',
    'SELECT 1',
  ])('to %s cannot', async (text) => {
    expect(comparisonOf(await bind(text))).toBeNull();
  });
});

describe('disagreements', () => {
  it('are kept over a restart, a bounded number of them, and shown to whose statement it was', async () => {
    const settings = createMemorySettingStore();
    const engine = { engine: 'one', version: '1', planText: 'scan', plan: null };
    const make = (number: number): Disagreement => ({
      id: `d${String(number).padStart(4, '0')}`,
      atMs: number,
      user: number % 2 === 0 ? 'ada' : 'bob',
      sql: 'SELECT 1',
      fingerprint: 'f',
      snapshots: [],
      answered: engine,
      shadow: engine,
      arbiter: null,
      blamed: ['one'],
      difference: '1 and 2 rows',
    });
    const disagreements = await openDisagreements(settings);
    for (let number = 0; number < 120; number += 1) await disagreements.add(make(number));
    const reopened = await openDisagreements(settings);
    expect(reopened.list('ada').map(({ atMs }) => atMs)).toEqual(Array.from({ length: 50 }, (_none, index) => 118 - 2 * index));
    expect(reopened.list('ada')).toEqual(disagreements.list('ada'));
    expect(reopened.list('eve')).toEqual([]);
  });
});

describe('the shape of a plan', () => {
  const shape = async (text: string): Promise<string> => planShape(await bind(text));

  it('is the same for other constants of the same size, and another one for other plans and sizes', async () => {
    const one = await shape("SELECT a FROM t WHERE b > 15 AND c = 'x' LIMIT 10");
    expect(await shape("SELECT a FROM t WHERE b > 99 AND c = 'yy' LIMIT 20")).toBe(one);
    expect(await shape("SELECT a FROM t WHERE b > 15 AND c = 'x' LIMIT 10000")).not.toBe(one);
    expect(await shape("SELECT a FROM t WHERE b < 15 AND c = 'x' LIMIT 10")).not.toBe(one);
    expect(await shape('SELECT a FROM t WHERE b > 15')).not.toBe(one);
  });
});

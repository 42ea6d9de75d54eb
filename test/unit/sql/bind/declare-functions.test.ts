import { beforeAll, describe, expect, it } from 'vitest';
import { type BoundQuery, planRequirements, type PluginFunction, walkPlan } from '../../../../spi/index.ts';
import { bindWithReferences, declareFunctions } from '../../../../sql/bind/index.ts';
import type { FunctionSource } from '../../../../sql/functions/index.ts';
import { parseStatement } from '../../../../sql/parse/index.ts';
import { bindContext, bindQueryText, bindText, catalogOf } from '../../../support/bind-text.ts';
import type { MemoryCatalog } from '../../../support/memory-catalog.ts';
import { SALES_TABLES } from '../../../support/sales-tables.ts';

const TWICE: PluginFunction = {
  name: 'twice',
  kind: 'scalar',
  parameters: ['x'],
  signatures: ['bigint -> bigint', 'double -> double'],
  nulls: 'called',
  determinism: 'immutable',
  description: 'Two times x.',
  sql: 'x + x',
};
const fn = (changes: Partial<PluginFunction>): PluginFunction => ({ ...TWICE, ...changes });

async function sourceOf(...functions: readonly PluginFunction[]): Promise<FunctionSource> {
  const declared = await declareFunctions(functions, { namespace: 'f', origin: 'test 1.0.0' });
  return {
    find: (namespace, name) => declared.find(({ definition }) => definition.name === `${namespace}.${name}`) ?? null,
    list: () => declared,
  };
}

let catalog: MemoryCatalog;
beforeAll(async () => {
  catalog = await catalogOf(SALES_TABLES);
});

async function bind(sql: string, ...functions: readonly PluginFunction[]): Promise<BoundQuery> {
  return bindQueryText(sql, catalog, { functions: await sourceOf(...functions) });
}

function callsOf({ plan }: BoundQuery, name: string): number {
  let count = 0;
  walkPlan(plan.root, {
    expression: (part) => {
      if (part.kind === 'call' && part.function === name) count += 1;
    },
  });
  return count;
}

describe('a call of a scalar function', () => {
  it('means what its text means, and has the same fingerprint', async () => {
    const called = await bind('SELECT f.twice(a) AS x FROM t', TWICE);
    const written = await bind('SELECT CAST(a AS bigint) + CAST(a AS bigint) AS x FROM t', TWICE);
    expect(called.plan.output[0]?.type).toEqual({ kind: 'bigint' });
    expect(called.fingerprint).toBe(written.fingerprint);
  });

  it('has another fingerprint once its text means something else, so that no stored result answers', async () => {
    const before = await bind('SELECT f.twice(a) FROM t', TWICE);
    const after = await bind('SELECT f.twice(a) FROM t', fn({ sql: '3 * x' }));
    expect(after.fingerprint).not.toBe(before.fingerprint);
  });

  it('binds each argument as a whole, whatever operators its text has', async () => {
    const { plan } = await bind(
      'SELECT f.minus(1, 2 - 3)',
      fn({ name: 'minus', parameters: ['x', 'y'], signatures: ['bigint, bigint -> bigint'], sql: 'x - y' }),
    );
    expect(JSON.stringify(plan.root)).toContain('"2"');
  });

  it('takes the signature that suits the arguments', async () => {
    expect((await bind('SELECT f.twice(1.5e0)', TWICE)).plan.output[0]?.type).toEqual({ kind: 'double' });
  });

  it('evaluates an argument once whose value differs from call to call', async () => {
    const query = await bind('SELECT f.twice(random())', TWICE);
    expect(callsOf(query, 'random')).toBe(1);
    expect(query.deterministic).toBe(false);
  });

  it('is NULL for NULL where the function says so, without a test for what cannot be NULL', async () => {
    const propagating = fn({ nulls: 'propagate', sql: 'coalesce(x, 0)' });
    expect(callsOf(await bind('SELECT f.twice(a) FROM (SELECT NULLIF(a, 1) AS a FROM t)', propagating), 'is_null')).toBe(1);
    expect(callsOf(await bind('SELECT f.twice(count(*)) FROM t', propagating), 'is_null')).toBe(0);
    expect(callsOf(await bind('SELECT f.twice(a) FROM t', fn({ sql: 'coalesce(x, 0)' })), 'is_null')).toBe(0);
  });

  it('may read its argument in a subquery of its text', async () => {
    const under = fn({ signatures: ['bigint -> bigint'], sql: '(SELECT count(*) FROM generate_series(1, x) AS s(n) WHERE n < x)' });
    await expect(bind('SELECT f.twice(a) FROM t', under)).resolves.toMatchObject({ deterministic: true });
    await expect(bind('SELECT f.twice(CAST(random() AS bigint)) FROM t', under)).rejects.toMatchObject({ code: 'SQL_UNSUPPORTED' });
  });

  it('is not cached when the function is volatile', async () => {
    expect((await bind('SELECT f.twice(1)', fn({ determinism: 'volatile' }))).deterministic).toBe(false);
    expect((await bind('SELECT f.twice(1)', TWICE)).deterministic).toBe(true);
  });

  it('may stand in another function, which may call a third', async () => {
    const four = fn({ name: 'four', signatures: ['bigint -> bigint'], sql: 'f.twice(f.twice(x))' });
    expect(callsOf(await bind('SELECT f.four(a) FROM t', TWICE, four), 'add')).toBe(3);
  });

  it.each([
    ['f.twice()', 'SQL_UNKNOWN_FUNCTION'],
    ["f.twice(DATE '2026-01-01')", 'SQL_TYPE_MISMATCH'],
    ['f.twice(x => 1)', 'SQL_UNSUPPORTED'],
    ['f.twice(1) OVER ()', 'SQL_UNSUPPORTED'],
    ['f.twice(DISTINCT 1)', 'SQL_GROUPING'],
    ['f.twice(*)', 'SQL_UNKNOWN_FUNCTION'],
    ['f.thrice(1)', 'SQL_UNKNOWN_FUNCTION'],
    ['g.twice(1)', 'SQL_UNKNOWN_FUNCTION'],
    ['a.f.twice(1)', 'SQL_UNKNOWN_FUNCTION'],
  ])('%s is refused with %s', async (call, code) => {
    await expect(bind(`SELECT ${call}`, TWICE)).rejects.toMatchObject({ code });
  });

  it('whose text does not suit the types of the arguments is refused with the place of the call', async () => {
    const any = fn({ name: 'half', signatures: ['T -> T'], sql: 'x * 2' });
    await expect(bind("SELECT 1, f.half(DATE '2026-01-01')", any)).rejects.toMatchObject({
      message: expect.stringContaining('in function f.half (line 1, column 1 of its text)') as string,
      location: { line: 1, column: 11 },
    });
  });

  it('that grows the statement beyond measure is refused', async () => {
    const functions = Array.from({ length: 14 }, (_, index) =>
      fn({
        name: `g${String(index)}`,
        signatures: ['bigint -> bigint'],
        sql: index === 0 ? 'x + x + x' : `f.g${String(index - 1)}(x + x + x)`,
      }),
    );
    await expect(sourceOf(...functions)).rejects.toMatchObject({ code: 'SPI_INVALID_PLUGIN', cause: { code: 'SQL_TOO_DEEP' } });
  });
});

describe('the right to call a function', () => {
  it('is asked for by its own name and by those of the functions in its text', async () => {
    const sql = 'SELECT f.twice(a) FROM t';
    const bound = await bindWithReferences(parseStatement(sql), bindContext(sql, catalog, { functions: await sourceOf(TWICE) }));
    expect(bound.references().functions).toEqual(['add', 'f.twice']);
  });

  it('is granted by its name', async () => {
    const functions = await sourceOf(TWICE);
    const bound = await bindText('REVOKE EXECUTE ON FUNCTION f.twice FROM PUBLIC', catalog, { functions });
    expect(bound).toMatchObject({ kind: 'access', change: { object: { type: 'function', id: 'f.twice' } } });
  });
});

describe('a call of an aggregate function', () => {
  const MEAN = fn({
    name: 'mean',
    kind: 'aggregate',
    parameters: ['x', 'w'],
    signatures: ['double, double -> double'],
    sql: 'sum(x * w) / sum(w)',
  });

  it('becomes the aggregate functions of its text, over the arguments', async () => {
    const { plan } = await bind('SELECT f.mean(a, 2) FILTER (WHERE a > 1), sum(a) FROM t GROUP BY a % 2 HAVING f.mean(a, 2) > 1', MEAN);
    expect([...planRequirements(plan).functions]).toEqual(expect.arrayContaining(['sum', 'multiply']));
    expect(planRequirements(plan).features.has('aggregate:filter')).toBe(true);
  });

  it.each([
    ['SELECT a FROM t WHERE f.mean(a, 1) > 1', 'SQL_GROUPING'],
    ['SELECT f.mean(DISTINCT a, 1) FROM t', 'SQL_UNSUPPORTED'],
    ['SELECT f.mean(a, 1) OVER () FROM t', 'SQL_UNSUPPORTED'],
    ['SELECT f.mean(a, random()) FROM t', 'SQL_UNSUPPORTED'],
    ['SELECT f.mean(sum(a), 1) FROM t', 'SQL_GROUPING'],
    ['SELECT * FROM f.mean(1, 2)', 'SQL_UNSUPPORTED'],
  ])('%s is refused with %s', async (sql, code) => {
    await expect(bind(sql, MEAN)).rejects.toMatchObject({ code });
  });
});

describe('a call of a table function', () => {
  const UPTO = fn({
    name: 'upto',
    kind: 'table',
    signatures: ['bigint -> table(n bigint, square double)'],
    sql: 'SELECT n, n * n FROM generate_series(1, x) AS s(n)',
  });

  it('has the columns that the function says', async () => {
    const { plan } = await bind('SELECT * FROM f.upto(3)', UPTO);
    expect(plan.output.map(({ name, type }) => [name, type.kind])).toEqual([
      ['n', 'bigint'],
      ['square', 'double'],
    ]);
  });

  it('may take columns of what stands to its left', async () => {
    const { plan } = await bind('SELECT t.a, u.n FROM t, f.upto(t.a) AS u', UPTO);
    expect(planRequirements(plan).features.has('join:lateral')).toBe(true);
    const apart = await bind('SELECT t.a, u.n FROM t, f.upto(3) AS u', UPTO);
    expect(planRequirements(apart.plan).features.has('join:lateral')).toBe(false);
  });

  it.each([
    ['SELECT f.upto(1)', 'SQL_UNSUPPORTED'],
    ['SELECT * FROM f.upto(1) WITH ORDINALITY', 'SQL_UNSUPPORTED'],
    ['SELECT * FROM f.upto(TABLE t)', 'SQL_UNSUPPORTED'],
    ['SELECT * FROM f.upto(CAST(random() AS bigint))', 'SQL_UNSUPPORTED'],
    ['SELECT * FROM f.uptoo(1)', 'SQL_UNKNOWN_FUNCTION'],
  ])('%s is refused with %s', async (sql, code) => {
    await expect(bind(sql, UPTO)).rejects.toMatchObject({ code });
  });
});

describe('a set of functions', () => {
  it.each<[Partial<PluginFunction>, string]>([
    [{ name: 'Twice' }, "lower-case 'name'"],
    [{ sql: 'x +' }, 'expected'],
    [{ sql: 'x + x FROM t' }, 'the end of the expression'],
    [{ sql: 'y' }, 'no column of the name y'],
    [{ sql: "'text'" }, "'text'"],
    [{ sql: 'sum(x)' }, 'may not stand in'],
    [{ sql: 'f.twice(x)' }, 'calls itself'],
    [{ sql: 'x + $1' }, 'arguments are read by name'],
    [{ sql: '(SELECT a FROM t)' }, 'no table or view'],
    [{ sql: 'CAST(random() AS bigint)' }, 'its text is volatile'],
    [{ sql: 'CAST(epoch_ms(now()) AS bigint)' }, 'reads the clock'],
    [{ parameters: ['x', 'y'] }, 'has others'],
    [{ parameters: ['x', 'x'], signatures: ['bigint, bigint -> bigint'] }, 'different lower-case names'],
    [{ signatures: ['[bigint] -> bigint'] }, 'has others'],
    [{ signatures: ['bigint... -> bigint'] }, 'has others'],
    [{ signatures: ['bignum -> bigint'] }, 'unknown type'],
    [{ signatures: ['lambda<T,T> -> bigint'] }, 'takes no lambdas'],
    [{ signatures: ['bigint -> table(n bigint)'] }, 'only table functions'],
    [{ signatures: [] }, "'signatures'"],
    [{ kind: 'table', signatures: ['bigint -> bigint'], sql: 'SELECT x' }, '-> table(column type, ..)'],
    [{ kind: 'table', signatures: ['bigint -> table(n bigint)'], sql: 'SELECT x, x' }, 'its query gives'],
    [{ kind: 'table', signatures: ['bigint -> table(n bigint)'], sql: 'DROP TABLE t' }, 'no query'],
    [{ kind: 'aggregate', sql: 'x' }, 'outside of aggregate functions'],
    [{ kind: 'aggregate', nulls: 'propagate', sql: 'sum(x)' }, "'nulls'"],
    [{ determinism: 'sometimes' as never }, "'determinism'"],
    [{ description: '' }, "'description'"],
  ])('with %j is refused', async (changes, message) => {
    await expect(sourceOf(fn(changes))).rejects.toMatchObject({
      code: 'SPI_INVALID_PLUGIN',
      message: expect.stringContaining(message) as string,
    });
  });

  it('has no two functions of one name', async () => {
    await expect(sourceOf(TWICE, TWICE)).rejects.toMatchObject({
      code: 'SPI_INVALID_PLUGIN',
      message: expect.stringContaining('twice') as string,
    });
  });

  it('has no functions that call each other in a circle', async () => {
    const other = fn({ name: 'other', sql: 'f.twice(x)' });
    await expect(sourceOf(fn({ sql: 'f.other(x)' }), other)).rejects.toMatchObject({
      message: expect.stringContaining('calls itself') as string,
    });
  });
});

import { describe, expect, it } from 'vitest';
import { type BindContext, bindWithReferences, type StatementReferences } from '../../../../sql/bind/index.ts';
import { parseStatement } from '../../../../sql/parse/index.ts';
import { bindContext, catalogOf } from '../../../support/bind-text.ts';
import { SALES_TABLES } from '../../../support/sales-tables.ts';

const catalog = await catalogOf(SALES_TABLES);
const view = (name: string, sql: string): void => {
  catalog.createView({ name: { schema: 'main', name }, sql, defaultSchema: 'main', columnNames: null, comment: null });
};
view('v', 'SELECT a, c AS label, d FROM t WHERE b > 1 ORDER BY d');
view('w', 'SELECT v.a, u.x FROM v JOIN u ON v.a = u.a');

async function references(text: string, more: Partial<BindContext> = {}): Promise<StatementReferences> {
  return (await bindWithReferences(parseStatement(text), bindContext(text, catalog, more))).references();
}

/** Relations as `kind name(columns)`, with the view that names them behind. */
async function reads(text: string, more: Partial<BindContext> = {}): Promise<readonly string[]> {
  const found = await references(text, more);
  return found.reads.map(({ kind, name, columns, via }) => `${kind} ${name}(${columns.join(' ')})${via === null ? '' : ` via ${via}`}`);
}

describe('the relations that a statement reads', () => {
  it('are those of joins, subqueries and common tables, with the columns that the text names anywhere', async () => {
    expect(await reads('WITH c AS (SELECT a, d FROM t) SELECT 1 FROM c, u WHERE EXISTS (SELECT 1 FROM n WHERE n.id = c.a)')).toEqual([
      'table n(id)',
      'table t(a d)',
      'table u()',
    ]);
  });

  it('are not hidden by a common table of the same name', async () => {
    expect(await reads('WITH t AS (SELECT x FROM u) SELECT * FROM t')).toEqual(['table u(x)']);
    expect(await reads('WITH t AS (SELECT x FROM u) SELECT * FROM main.t')).toEqual(['table t(a b c d e f g ts tz)', 'table u(x)']);
  });

  it('are a view and what its text reads, each with its own columns', async () => {
    expect(await reads('SELECT a FROM v')).toEqual(['table t(a b c d) via main.v', 'view v(a)']);
    expect(await reads('SELECT x FROM w, t')).toEqual([
      'table t()',
      'table t(a b c d) via main.v',
      'table u(a x) via main.w',
      'view v(a) via main.w',
      'view w(x)',
    ]);
  });

  it('are found in what the binder folds away', async () => {
    const found = await references("SELECT typeof(c), current_user, DATE '2024-01-01' + INTERVAL 1 DAY FROM t");
    expect(found.reads.map((read) => read.columns)).toEqual([['c']]);
    expect(found.functions).toEqual(['add', 'current_user', 'typeof']);
  });

  it('are those of the condition and the values of a change, not the columns that stay as they are', async () => {
    expect(await reads('DELETE FROM t WHERE b > 1')).toEqual(['table t(b)']);
    expect(await reads('DELETE FROM t')).toEqual([]);
    const update = await references('UPDATE t SET c = (SELECT max(c) FROM u), d = f WHERE b = 1');
    expect(update.reads.map(({ name, columns }) => [name, columns])).toEqual([
      ['t', ['b', 'f']],
      ['u', ['c']],
    ]);
    expect(update.target).toEqual({ kind: 'table', schema: 'main', name: 't', columns: ['c', 'd'] });
  });

  it('are told for statements that only describe them', async () => {
    expect(await reads('DESCRIBE SELECT x FROM u')).toEqual(['table u(x)']);
    expect(await reads('DESCRIBE u')).toEqual(['table u()']);
    expect(await reads('EXPLAIN SELECT x FROM u')).toEqual(['table u(x)']);
    expect(await reads('SHOW CREATE VIEW v')).toEqual(['view v()']);
  });
});

describe('what filters and masks of a table read', () => {
  const everybody = { grantees: ['public'], exceptions: [] };
  const policies: BindContext['policies'] = () =>
    Promise.resolve((table) => {
      const masked = table.fields.find(({ name }) => name === 'c');
      if (table.ref.name !== 't' || masked === undefined) return null;
      const column = { fieldId: masked.id, name: 'c' };
      const policies = [
        { type: 'row-filter' as const, name: 'f', expression: 'b > 1 AND d IS NOT NULL', column: null, ...everybody },
        { type: 'column-mask' as const, name: 'm', expression: "CASE WHEN a > 0 THEN c ELSE '' END", column, ...everybody },
      ];
      return { reader: 'ada', fields: table.fields, policies };
    });

  it('is not read by the statement, but for the masked column that it names', async () => {
    expect(await reads('SELECT a FROM t', { policies })).toEqual(['table t(a)']);
    expect(await reads('SELECT c FROM t', { policies })).toEqual(['table t(c)']);
    expect(await reads('SELECT 1 FROM t AS x JOIN t AS y ON x.c = y.c WHERE x.b > 3', { policies })).toEqual(['table t(b c)']);
    expect(await reads('SELECT count(*) FROM t', { policies })).toEqual(['table t()']);
  });

  it('is read by whoever names it', async () => {
    expect(await reads('SELECT c FROM t WHERE b > 1 AND d IS NOT NULL ORDER BY a', { policies })).toEqual(['table t(a b c d)']);
    expect(await reads('SELECT * FROM t', { policies })).toEqual(await reads('SELECT * FROM t'));
  });

  it('is the lineage of masked columns', async () => {
    const { lineage } = await references('SELECT c, b FROM t', { policies });
    expect(lineage.map(({ sources }) => sources.map(({ column }) => column))).toEqual([['a', 'c'], ['b']]);
  });
});

describe('the functions that a statement calls', () => {
  it('have their canonical names', async () => {
    const found = await references('SELECT sum(b) OVER (ORDER BY a), substr(c, 1, 2) || c FROM t WHERE a BETWEEN 1 AND 2 LIMIT 1 + 1');
    expect(found.functions).toEqual(['add', 'and', 'concat_op', 'ge', 'le', 'substring', 'sum']);
  });
});

describe('the lineage of a result', () => {
  const lineage = async (text: string): Promise<readonly string[]> =>
    (await references(text)).lineage.map(
      ({ column, sources }) => `${column}: ${sources.map((one) => `${one.relation}.${one.column}`).join(' ')}`,
    );

  it('goes through projections, aggregates, windows, subqueries, views and set operations to stored columns', async () => {
    expect(await lineage('SELECT a + 1 AS n, sum(d) AS s, count(*) AS k FROM t WHERE b = 1 GROUP BY a')).toEqual([
      'n: t.a',
      's: t.d',
      'k: ',
    ]);
    expect(await lineage('SELECT label, row_number() OVER (PARTITION BY a ORDER BY d) AS r FROM v')).toEqual(['label: t.c', 'r: t.a t.d']);
    expect(await lineage('SELECT a FROM t UNION SELECT x FROM u EXCEPT SELECT id FROM n')).toEqual(['a: t.a u.x']);
    expect(await lineage('SELECT (SELECT max(x) FROM u WHERE u.a = t.a) AS m FROM t')).toEqual(['m: u.x']);
  });

  it('goes around in a recursive common table', async () => {
    expect(await lineage('WITH RECURSIVE r(i) AS (SELECT a FROM t UNION ALL SELECT i + x::INTEGER FROM r, u) SELECT i FROM r')).toEqual([
      'i: t.a u.x',
    ]);
  });

  it('names the columns of the target', async () => {
    expect(await lineage('INSERT INTO u (x, a) SELECT f, a FROM t')).toEqual(['a: t.a', 'c: ', 'x: t.f']);
    expect(await lineage('CREATE TABLE new AS SELECT a AS one, c || c AS two FROM t')).toEqual(['one: t.a', 'two: t.c']);
    expect((await references('CREATE TABLE new AS SELECT a FROM t')).target).toEqual({
      kind: 'table',
      schema: 'main',
      name: 'new',
      columns: [],
    });
    expect(await lineage('UPDATE u SET x = a WHERE c IS NULL')).toEqual(['a: u.a', 'c: u.c', 'x: u.a u.c u.x']);
  });
});

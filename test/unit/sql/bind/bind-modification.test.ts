import { beforeAll, describe, expect, it } from 'vitest';
import { assert, type ScanNode, scansOf } from '../../../../spi/index.ts';
import type { RowModification } from '../../../../sql/bind/index.ts';
import { restrictScan } from '../../../../sql/plan/index.ts';
import { bindText, catalogOf } from '../../../support/bind-text.ts';
import type { MemoryCatalog } from '../../../support/memory-catalog.ts';
import { SALES_TABLES } from '../../../support/sales-tables.ts';

let catalog: MemoryCatalog;
beforeAll(async () => {
  catalog = await catalogOf(SALES_TABLES);
});

const modification = async (text: string): Promise<RowModification> => {
  const bound = await bindText(text, catalog);
  assert('matching' in bound, bound.kind);
  return bound;
};

const refusal = async (text: string): Promise<string> => {
  const outcome: unknown = await bindText(text, catalog).catch((error: unknown) => error);
  return (outcome as { code?: string }).code ?? 'bound';
};

const scansIn = ({ query }: Pick<RowModification, 'query'>): readonly ScanNode[] => scansOf(query.plan.root);

describe('DELETE', () => {
  it('keeps the rows for which the condition is not true, in the columns of the table', async () => {
    const bound = await modification("DELETE FROM u WHERE c = 'x'");
    expect(bound.query.plan.output.map((column) => column.name)).toEqual(['a', 'c', 'x']);
    const [scan] = scansIn(bound);
    expect(scan?.filter).toMatchObject({ kind: 'call', function: 'is_not_true' });
  });

  it('hands the movable part of its condition to what finds the files', async () => {
    const { target } = await modification("DELETE FROM u AS old WHERE old.c = 'x' AND a IN (SELECT a FROM t)");
    expect(target.filter).toMatchObject({ kind: 'call', function: 'eq' });
    expect(target.columns.map((column) => column.name)).toEqual(['a', 'c', 'x']);
  });

  it('without a condition takes all rows out, like TRUNCATE', async () => {
    const truncated = { kind: 'truncate', target: { filter: null, snapshotId: '1' } };
    expect(await bindText('DELETE FROM u', catalog)).toMatchObject(truncated);
    expect(await bindText('TRUNCATE TABLE u', catalog)).toMatchObject(truncated);
  });

  it('may read its own table in a subquery, which the choice of files does not touch', async () => {
    const bound = await modification('DELETE FROM u WHERE a IN (SELECT max(a) FROM u)');
    const restricted = { query: restrictScan(bound.query, bound.target.columns, ['file:///one']) };
    expect(scansIn(restricted).map((scan) => scan.files ?? null)).toEqual([null, ['file:///one']]);
  });

  it('takes common tables, parameters and hints', async () => {
    const text = 'WITH gone AS (SELECT a FROM t) DELETE /*+ ENGINE(olap) */ FROM u WHERE a IN (SELECT a FROM gone) AND x > $1';
    const bound = await bindText(text, catalog, { parameters: [2] });
    expect(bound).toMatchObject({ kind: 'delete', hints: { engine: 'olap' }, query: { parameters: [{ kind: 'double' }] } });
  });

  it('of a common table of the name of a stored one concerns the stored one', async () => {
    const bound = await modification('WITH u AS (SELECT 1 AS a) DELETE FROM u WHERE a IN (SELECT a FROM u)');
    expect(bound.table.name).toBe('u');
    expect(scansIn(bound)).toHaveLength(1);
  });

  it.each([
    ['DELETE FROM nothing', 'CATALOG_UNKNOWN_TABLE'],
    ['DELETE FROM u WHERE a', 'SQL_TYPE_MISMATCH'],
    ['DELETE FROM u WHERE t.a = 1', 'SQL_UNKNOWN_COLUMN'],
    ['DELETE FROM u WHERE sum(a) > 1', 'SQL_GROUPING'],
    ['DELETE FROM u WHERE x < random()', 'SQL_UNSUPPORTED'],
    ['DELETE /*+ FAST */ FROM u WHERE a = 1', 'SQL_UNSUPPORTED'],
    ['DELETE FROM information_schema.tables', 'CATALOG_NOT_A_TABLE'],
    ['TRUNCATE nothing', 'CATALOG_UNKNOWN_TABLE'],
  ])('is refused: %s', async (text, code) => {
    expect(await refusal(text)).toBe(code);
  });
});

describe('UPDATE', () => {
  it('sets columns of the rows meant, all from the row as it was', async () => {
    const bound = await modification('UPDATE u SET a = CAST(x AS INTEGER), x = a WHERE a > 1');
    assert(bound.query.plan.root.kind === 'project', 'a projection');
    const { input, columns } = bound.query.plan.root;
    assert(input.kind === 'project', 'the condition is computed beside the row');
    const marked = new Map(input.columns.map((column) => [column.id, column.name]));
    expect(columns.map(({ name, expression }) => [name, expression.kind])).toEqual([
      ['a', 'case'],
      ['c', 'column'],
      ['x', 'case'],
    ]);
    const [first] = columns;
    assert(first?.expression.kind === 'case' && first.expression.branches[0]?.when.kind === 'column', 'a choice by the mark');
    expect(marked.get(first.expression.branches[0].when.id)).toBe('meant');
  });

  it('without a condition needs no choice and counts nothing', async () => {
    const bound = await modification('UPDATE u SET a = 1');
    expect(bound.matching).toBeNull();
    assert(bound.query.plan.root.kind === 'project', 'a projection');
    expect(bound.query.plan.root.columns[0]?.expression).toMatchObject({ kind: 'literal', value: '1' });
  });

  it('gives values the types of their columns as INSERT does', async () => {
    const bound = await modification("UPDATE t SET e = '2001-02-03', a = b, c = d WHERE g");
    expect(bound.query.plan.output.map(({ type }) => type.kind)).toEqual([
      'integer',
      'bigint',
      'varchar',
      'decimal',
      'date',
      'timestamp',
      'timestamptz',
      'double',
      'boolean',
    ]);
  });

  it('takes qualified targets, DEFAULT, random values and subqueries over its own table', async () => {
    expect(await refusal('UPDATE u AS now SET now.a = DEFAULT, x = random() WHERE now.a > 1')).toBe('bound');
    expect(await refusal('UPDATE u SET main.u.x = (SELECT avg(o.x) FROM u AS o WHERE o.c = u.c)')).toBe('bound');
    expect(await refusal("UPDATE n SET s = {'p': 1, 'q': 'x'}, l = [1, 2] WHERE id = 1")).toBe('bound');
  });

  it.each([
    ['UPDATE u SET nothing = 1', 'SQL_UNKNOWN_COLUMN'],
    ['UPDATE u SET a = 1, A = 2', 'SQL_DUPLICATE_NAME'],
    ['UPDATE u SET x = c', 'SQL_TYPE_MISMATCH'],
    ["UPDATE t SET e = 'soon'", 'SQL_INVALID_VALUE'],
    ['UPDATE t SET a = NULL', 'SQL_INVALID_VALUE'],
    ['UPDATE t SET a = DEFAULT WHERE a = 1', 'SQL_INVALID_VALUE'],
    ['UPDATE u SET a = count(*)', 'SQL_GROUPING'],
    ['UPDATE n SET s.p = 1', 'SQL_UNSUPPORTED'],
    ['UPDATE u SET a = 1 WHERE random() > 0.5', 'SQL_UNSUPPORTED'],
  ])('is refused: %s', async (text, code) => {
    expect(await refusal(text)).toBe(code);
  });
});

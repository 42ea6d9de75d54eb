import { beforeAll, describe, expect, it } from 'vitest';
import { bindQueryText, catalogOf } from '../../../support/bind-text.ts';
import type { MemoryCatalog } from '../../../support/memory-catalog.ts';

let catalog: MemoryCatalog;
beforeAll(async () => {
  catalog = await catalogOf(['CREATE TABLE t (a INTEGER, b VARCHAR)']);
});

describe('an alias of the SELECT list', () => {
  it('never stands for itself, not even by way of subqueries and other aliases', async () => {
    for (const text of [
      'SELECT (SELECT y) AS x, (SELECT x) AS y FROM t',
      'SELECT (SELECT y) AS x, (SELECT y) AS y FROM t',
      'SELECT z AS z FROM t',
    ]) {
      await expect(bindQueryText(text, catalog), text).rejects.toMatchObject({ code: 'SQL_UNKNOWN_COLUMN' });
    }
  });

  it('is found by other items however they are ordered, and where it hides nothing a column of its name comes first', async () => {
    const { plan } = await bindQueryText('SELECT y AS x, a + 1 AS y, b AS a FROM t', catalog);
    expect(plan.output.map(({ name, type }) => [name, type.kind])).toEqual([
      ['x', 'integer'],
      ['y', 'integer'],
      ['a', 'varchar'],
    ]);
  });

  it('is refused when thousands of them are put into each other', async () => {
    const chain = Array.from({ length: 20_000 }, (_, index) => `c${String(index)} AS c${String(index + 1)}`);
    const text = `SELECT c20000 AS z, a AS c0, ${chain.join(', ')} FROM t`;
    await expect(bindQueryText(text, catalog)).rejects.toMatchObject({ code: 'SQL_TOO_DEEP' });
  });
});

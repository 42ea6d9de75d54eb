import { describe, expect, it } from 'vitest';
import { bindQueryText, catalogOf } from '../../../support/bind-text.ts';

const names = async (sql: string): Promise<readonly string[]> => {
  const query = await bindQueryText(sql, await catalogOf(['CREATE TABLE t (a BIGINT, s STRUCT(p INTEGER))']));
  return query.plan.output.map((column) => column.name);
};

describe('the name of a column without an alias', () => {
  it('is that of the column or field that it comes from, casts or not', async () => {
    expect(await names('SELECT t.a, CAST(a AS VARCHAR), (s).p FROM t')).toEqual(['a', 'a', 'p']);
  });

  it('is the expression as it was written otherwise, with blanks folded', async () => {
    expect(await names('SELECT count(*), sum(a)  +\n 1, 1/0 FROM t')).toEqual(['count(*)', 'sum(a) + 1', '1/0']);
  });

  it('is cut when the expression is long', async () => {
    const [name] = await names(`SELECT ${'a + '.repeat(40)}a FROM t`);
    expect(name).toHaveLength(60);
    expect(name?.endsWith('…')).toBe(true);
  });
});

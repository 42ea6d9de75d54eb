import { describe, expect, it } from 'vitest';
import { readExpectations } from '../../../../sql-gateway/http/read-expectations.ts';

const read = (given: unknown) => readExpectations([given], 'expect');

describe('what a step expects', () => {
  it('is read for a table, check by check', () => {
    const given = {
      table: 'flights',
      notNull: ['id'],
      unique: ['id', 'day'],
      values: { origin: ['SFO', 3, true] },
      rows: { min: 1 },
      fresh: { departed: '24 hours' },
      references: { origin: '"my schema".airports.iata' },
    };
    expect(read(given)).toEqual([
      { kind: 'not-null', table: 'flights', columns: ['id'] },
      { kind: 'unique', table: 'flights', columns: ['id', 'day'] },
      { kind: 'values', table: 'flights', column: 'origin', accepted: ['SFO', 3, true] },
      { kind: 'rows', table: 'flights', min: 1 },
      { kind: 'fresh', table: 'flights', column: 'departed', count: 24, unit: 'hour' },
      { kind: 'references', table: 'flights', column: 'origin', otherTable: '"my schema".airports', otherColumn: 'iata' },
    ]);
    expect(read({ sql: 'SELECT 1 WHERE false' })).toEqual([{ kind: 'query', sql: 'SELECT 1 WHERE false' }]);
  });

  it.each([
    ['a key that nobody knows', { table: 't', notnull: ['a'] }, "did you mean 'notNull'?"],
    ['nothing', { table: 't' }, "'expect[0]' expects nothing of t"],
    ['a query beside other keys', { table: 't', sql: 'SELECT 1' }, "'expect[0]' has a query"],
    [
      'a table that is more than a name',
      { table: 't WHERE false UNION SELECT 1 FROM u', notNull: ['a'] },
      "'expect[0].table' must be the name",
    ],
    ['a table with a comment', { table: 't -- x', notNull: ['a'], rows: {} }, "'expect[0].rows' must have"],
    ['no columns', { table: 't', unique: [] }, "'expect[0].unique' must be a list of columns"],
    ['no values', { table: 't', values: { a: [] } }, "'expect[0].values.a' must be a list"],
    ['a bound that is no number of rows', { table: 't', rows: { min: -1 } }, "'expect[0].rows' must have"],
    ['an age without a unit', { table: 't', fresh: { a: '24' } }, "'expect[0].fresh.a' must be an age"],
    ['another table without a column', { table: 't', references: { a: 'airports' } }, "'expect[0].references.a' must name"],
    [
      'another table that is more than a name',
      { table: 't', references: { a: 'x JOIN y.b' } },
      "'expect[0].references.a' must be the name",
    ],
  ])('is refused for %s', (_, given, message) => {
    expect(() => read(given)).toThrow(
      expect.objectContaining({ code: 'REQUEST_INVALID', message: expect.stringContaining(message) as string }),
    );
  });
});

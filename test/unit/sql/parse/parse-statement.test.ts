import { describe, expect, it } from 'vitest';
import { PlatformError } from '../../../../spi/index.ts';
import type { Expression, Query, Select, Statement } from '../../../../sql/ast/index.ts';
import { NESTING_LEVELS_MAX, parseStatement, STATEMENT_LENGTH_MAX, TREE_HEIGHT_MAX } from '../../../../sql/parse/index.ts';
import { withoutSpans } from '../../../property/sql-without-spans.ts';
import { ACCEPTED_STATEMENTS } from './accepted-statements.ts';
import { REJECTED_STATEMENTS } from './rejected-statements.ts';

function errorOf(sql: string): PlatformError {
  try {
    parseStatement(sql);
  } catch (error) {
    if (error instanceof PlatformError) return error;
    throw error;
  }
  return expect.fail(`accepted: ${sql.slice(0, 80)}`);
}

function queryOf(statement: Statement): Query {
  return statement.kind === 'query-statement' ? statement.query : expect.fail(statement.kind);
}

function selectOf(sql: string): Select {
  const { body } = queryOf(parseStatement(sql));
  return body.kind === 'select' ? body : expect.fail(body.kind);
}

function expressionOf(text: string): Expression {
  const [item] = selectOf(`SELECT ${text}`).items;
  return item?.kind === 'select-expression' ? item.expression : expect.fail('no expression');
}

/** Asserts that two spellings are one tree. */
function expectSame(text: string, other: string): void {
  expect(withoutSpans(parseStatement(text))).toEqual(withoutSpans(parseStatement(other)));
}

function expectSameExpression(text: string, other: string): void {
  expectSame(`SELECT ${text} AS x`, `SELECT ${other} AS x`);
}

describe.each(Object.entries(ACCEPTED_STATEMENTS))('statements about %s are accepted', (_topic, statements) => {
  it.each(statements)('%s', (sql) => {
    expect(parseStatement(sql).kind).toBeTypeOf('string');
  });
});

describe('texts that are no statement are refused with place and reason', () => {
  it.each(REJECTED_STATEMENTS)('$sql', ({ sql, code, line, column, message }) => {
    const error = errorOf(sql);
    expect({ code: error.code, line: error.location?.line, column: error.location?.column }).toEqual({ code, line, column });
    expect(error.message).toContain(`line ${line}, column ${column}: `);
    expect(error.message).toContain(message);
    const { offset = -1, length = -1 } = error.location ?? {};
    expect(offset + length).toBeLessThanOrEqual(sql.length);
  });

  it('tells machines what was found and what was expected', () => {
    expect(errorOf('SELECT a FROM t ORDER a').details).toEqual({ found: 'a', expected: ['BY'] });
  });

  it('names the keyword that was probably meant as a hint', () => {
    expect(errorOf('SELECT a FORM t').hint).toBe('Did you mean FROM?');
  });

  it('says that a reserved word needs quotes to be a name', () => {
    expect(errorOf('SELECT a FROM t AS offset').hint).toBe('OFFSET is a reserved word: put it in double quotes to use it as a name.');
    expect(parseStatement('SELECT a FROM t AS "offset"').kind).toBe('query-statement');
  });
});

describe('operators bind as in PostgreSQL', () => {
  it.each([
    ['1 + 2 * 3', '1 + (2 * 3)'],
    ['1 - 2 - 3', '(1 - 2) - 3'],
    ['2 ^ 3 ^ 2', '(2 ^ 3) ^ 2'],
    ['-2 ^ 2', '(-2) ^ 2'],
    ['-a::INTEGER', '-(a::INTEGER)'],
    ["'a' || 1 + 2", "'a' || (1 + 2)"],
    ['NOT a = b', 'NOT (a = b)'],
    ['a OR b AND c', 'a OR (b AND c)'],
    ['NOT a AND b', '(NOT a) AND b'],
    ['a = b IS NULL', '(a = b) IS NULL'],
    ['a + 1 IN (1)', '(a + 1) IN (1)'],
    ['a BETWEEN 1 AND 2 AND b', '(a BETWEEN 1 AND 2) AND b'],
    ["a LIKE b || '%'", "a LIKE (b || '%')"],
    ['a < b = c', '(a < b) = c'],
    ['a IS DISTINCT FROM b OR c', '(a IS DISTINCT FROM b) OR c'],
    ["a + b AT TIME ZONE 'x'", "a + (b AT TIME ZONE 'x')"],
    ['a & b + c', 'a & (b + c)'],
  ])('%s is %s', (text, other) => {
    expectSameExpression(text, other);
  });

  it('keeps AND chains flat and parentheses in the tree', () => {
    expect(expressionOf('a AND b AND c')).toMatchObject({ kind: 'logical', operands: { length: 3 } });
    expect(expressionOf('a AND (b AND c)')).toMatchObject({ kind: 'logical', operands: [{}, { kind: 'logical' }] });
  });
});

describe('spellings of one thing give one tree', () => {
  it.each([
    ['SUBSTRING(a FROM 2 FOR 3)', 'substring(a, 2, 3)'],
    ['SUBSTRING(a FOR 3)', 'substring(a, 1, 3)'],
    ["TRIM(LEADING 'x' FROM a)", "ltrim(a, 'x')"],
    ["TRIM(TRAILING 'x' FROM a)", "rtrim(a, 'x')"],
    ["TRIM(BOTH 'x' FROM a)", "trim(a, 'x')"],
    ["POSITION('x' IN a)", "position('x', a)"],
    ['OVERLAY(a PLACING b FROM 1 FOR 2)', 'overlay(a, b, 1, 2)'],
    ['current_date', 'current_date()'],
    ['a != b', 'a <> b'],
    ['a == b', 'a = b'],
    ['a ** b', 'a ^ b'],
    ['a::INTEGER', 'CAST(a AS integer)'],
    ['ARRAY[1]', '[1]'],
    ['a = SOME (SELECT 1)', 'a = ANY (SELECT 1)'],
    ['((SELECT 1))', '(SELECT 1)'],
    ['CAST(a AS ROW<x: INT, y MAP<INT, ARRAY<INT>>>)', 'CAST(a AS STRUCT(x INT, y MAP(INT, INT[])))'],
    ['INTERVAL 3 DAYS', 'INTERVAL 3 DAY'],
    [':p', '$p'],
  ])('%s is %s', (text, other) => {
    expectSameExpression(text, other);
  });

  it.each([
    ['SELECT 1 FETCH FIRST 3 ROWS ONLY', 'SELECT 1 LIMIT 3'],
    ['SELECT 1 LIMIT ALL', 'SELECT 1'],
    ['SELECT 1 UNION DISTINCT SELECT 2', 'SELECT 1 UNION (SELECT 2)'],
    ['SELECT 1 UNION SELECT 2 INTERSECT SELECT 3', 'SELECT 1 UNION (SELECT 2 INTERSECT SELECT 3)'],
    ['SELECT * FROM a JOIN b JOIN c ON x ON y', 'SELECT * FROM a JOIN (b JOIN c ON x) ON y'],
    ['SELECT * FROM a LEFT SEMI JOIN b ON x', 'SELECT * FROM a SEMI JOIN b ON x'],
    ["SELECT * FROM TABLE(f(TABLE t, DESCRIPTOR(a), INTERVAL '1' DAY))", "SELECT * FROM f(TABLE t, DESCRIPTOR(a), INTERVAL '1' DAY)"],
    ['CREATE TABLE t (a INT) PARTITIONED BY (bucket(a, 4))', 'CREATE TABLE t (a INT) PARTITIONED BY (bucket(4, a))'],
    ['CREATE TABLE t (a INT PRIMARY KEY)', 'CREATE TABLE t (a INT, PRIMARY KEY (a))'],
    ['SET a = on', "SET a TO 'on'"],
    ["COPY t TO 'x'", "COPY (TABLE t) TO 'x'"],
    ["COPY t (a) TO 'x'", "COPY (SELECT a FROM t) TO 'x'"],
    ['DESC t', 'DESCRIBE t'],
    ['WITH x AS (SELECT 1) INSERT INTO t TABLE x', 'INSERT INTO t WITH x AS (SELECT 1) TABLE x'],
  ])('%s is %s', (text, other) => {
    expectSame(text, other);
  });
});

describe('what could be read in two ways', () => {
  it('takes a table after a comma in a join as an entry of its own', () => {
    const { from } = selectOf('SELECT * FROM a JOIN b ON a.x = b.x, secret');
    expect(from.map((table) => table.kind)).toEqual(['join', 'named-table']);
  });

  it('does not take join words as aliases', () => {
    for (const word of ['SEMI', 'ANTI', 'ASOF']) {
      expect(selectOf(`SELECT * FROM a ${word} JOIN b ON a.x = b.x`).from[0]).toMatchObject({ kind: 'join', left: { alias: null } });
    }
  });

  it('takes a backslash as a plain character', () => {
    expect(expressionOf("'a\\'")).toMatchObject({ kind: 'string-literal', value: 'a\\' });
  });

  it('reads a minus between dotted names as an operator', () => {
    expect(expressionOf('a.x-b.y')).toMatchObject({ kind: 'binary', operator: '-' });
  });

  it('keeps numbers as they were written', () => {
    expect(expressionOf('-9223372036854775808')).toMatchObject({
      operator: '-',
      operand: { text: '9223372036854775808', form: 'integer' },
    });
    expect(expressionOf('0.10')).toMatchObject({ text: '0.10', form: 'decimal' });
    expect(expressionOf('1e2')).toMatchObject({ text: '1e2', form: 'double' });
  });

  it('reads a type name without a string as a column', () => {
    expect(expressionOf('date')).toMatchObject({ kind: 'column-reference' });
    expect(expressionOf("date '2001-01-01'")).toMatchObject({ kind: 'typed-literal', dataType: { name: 'DATE' } });
  });

  it('reads a colon after a bracket as a slice and elsewhere as a parameter', () => {
    expect(expressionOf('a[:b]')).toMatchObject({ kind: 'slice', from: null });
    expect(expressionOf('a + :b')).toMatchObject({ right: { kind: 'named-parameter', name: 'b' } });
  });

  it('keeps letters beyond ASCII out of keywords', () => {
    expect(selectOf('SELECT ſelect, lımıt FROM t').items).toHaveLength(2);
  });

  it('takes hints only directly after SELECT, DELETE and UPDATE', () => {
    expect(selectOf('SELECT /*+ ENGINE(batch), A */ 1').hints).toMatchObject([
      { name: { name: 'ENGINE' }, arguments: ['batch'] },
      { name: { name: 'A' }, arguments: [] },
    ]);
    expect(selectOf('SELECT 1 /*+ ENGINE(batch) */').hints).toEqual([]);
    expect(parseStatement('DELETE /*+ A */ FROM t')).toMatchObject({ hints: [{ name: { name: 'A' } }] });
    expect(parseStatement('UPDATE /*+ A */ t SET a = 1')).toMatchObject({ hints: [{ name: { name: 'A' } }] });
  });

  it('numbers anonymous parameters in their order', () => {
    expect(expressionOf('f(?, ?)')).toMatchObject({ arguments: [{ value: { index: 1 } }, { value: { index: 2 } }] });
  });

  it('takes a query in parentheses with an operator behind it as an expression', () => {
    expect(expressionOf('((SELECT 1) + 1)')).toMatchObject({ kind: 'binary', left: { kind: 'scalar-subquery' } });
    expect(expressionOf('((SELECT 1) UNION SELECT 2)')).toMatchObject({
      kind: 'scalar-subquery',
      query: { body: { kind: 'set-operation' } },
    });
  });
});

describe('spans', () => {
  it('point at the text of every node', () => {
    const sql = 'SELECT  (a + b) * c  AS x FROM s . t AS u';
    const { items, from } = selectOf(sql);
    const textOf = ({ span }: { readonly span: { readonly start: number; readonly end: number } }): string =>
      sql.slice(span.start, span.end);
    const item = items[0];
    if (item?.kind !== 'select-expression' || item.expression.kind !== 'binary') return expect.fail('not a product');
    expect(textOf(item)).toBe('(a + b) * c  AS x');
    expect(textOf(item.expression)).toBe('(a + b) * c');
    expect(textOf(item.expression.left)).toBe('a + b');
    expect(from.map(textOf)).toEqual(['s . t AS u']);
  });

  it('count UTF-16 code units', () => {
    const [item] = selectOf("SELECT '😀' AS a, b").items.slice(1);
    expect(item?.span).toEqual({ start: 18, end: 19 });
  });
});

describe('limits', () => {
  it('refuses a text that is too long', () => {
    expect(errorOf(`SELECT ${'1'.repeat(STATEMENT_LENGTH_MAX)}`).code).toBe('SQL_TOO_LONG');
  });

  it.each([
    ['parentheses', `SELECT ${'('.repeat(10_000)}1${')'.repeat(10_000)}`],
    ['open parentheses', '('.repeat(1_000_000)],
    ['NOT', `SELECT ${'NOT '.repeat(100_000)}a`],
    ['signs', `SELECT ${'- '.repeat(100_000)}1`],
    ['CASE', `SELECT ${'CASE '.repeat(10_000)}`],
    ['lists', `SELECT ${'['.repeat(10_000)}`],
    ['calls', `SELECT ${'f('.repeat(10_000)}`],
    ['lambdas', `SELECT f(${'x -> '.repeat(10_000)}`],
    ['types', `SELECT a::${'MAP('.repeat(10_000)}`],
    ['subqueries', `SELECT * FROM ${'(SELECT * FROM '.repeat(10_000)}`],
    ['joins without a condition yet', `SELECT * FROM a ${'JOIN a '.repeat(10_000)}`],
    ['grouping sets', `SELECT 1 GROUP BY ${'GROUPING SETS ('.repeat(10_000)}`],
    ['EXPLAIN', 'EXPLAIN '.repeat(10_000)],
    ['a chain of sums', `SELECT 1${' + 1'.repeat(100_000)}`],
    ['a chain of casts', `SELECT 1${'::INT'.repeat(100_000)}`],
    ['a chain of joins', `SELECT * FROM a${' CROSS JOIN a'.repeat(50_000)}`],
    ['a chain of set operations', `SELECT 1${' UNION SELECT 1 EXCEPT SELECT 1'.repeat(20_000)}`],
  ])('refuses too deep %s with a coded error', (_what, sql) => {
    expect(errorOf(sql).code).toBe('SQL_TOO_DEEP');
  });

  it('accepts nesting up to the limit', () => {
    const levels = NESTING_LEVELS_MAX - 2;
    expect(parseStatement(`SELECT ${'('.repeat(levels)}1${')'.repeat(levels)}`).kind).toBe('query-statement');
    expect(parseStatement(`SELECT 1${' + 1'.repeat(TREE_HEIGHT_MAX - 10)}`).kind).toBe('query-statement');
  });

  it('accepts chains that stay flat, however long', () => {
    expect(expressionOf(`a${' AND b'.repeat(100_000)}`)).toMatchObject({ operands: { length: 100_001 } });
    expect(parseStatement(`SELECT 1${' UNION ALL SELECT 1'.repeat(20_000)}`).kind).toBe('query-statement');
    expect(parseStatement(`SELECT a IN (1${', 1'.repeat(100_000)})`).kind).toBe('query-statement');
  });

  it('reads nested comments in linear time', () => {
    expect(errorOf(`SELECT ${'/* '.repeat(300_000)} */`).code).toBe('SQL_SYNTAX');
  });
});

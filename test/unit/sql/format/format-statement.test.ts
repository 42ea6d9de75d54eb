import { describe, expect, it } from 'vitest';
import { formatStatement } from '../../../../sql/format/index.ts';
import { parseStatement } from '../../../../sql/parse/index.ts';
import { withoutSpans } from '../../../property/sql-without-spans.ts';
import { ACCEPTED_STATEMENTS } from '../parse/accepted-statements.ts';

describe.each(Object.entries(ACCEPTED_STATEMENTS))('printing and parsing again keeps statements about %s', (_topic, statements) => {
  it.each(statements)('%s', (sql) => {
    const statement = parseStatement(sql);
    const printed = formatStatement(statement);
    expect(withoutSpans(parseStatement(printed)), printed).toEqual(withoutSpans(statement));
    expect(formatStatement(parseStatement(printed))).toBe(printed);
  });
});

describe('formatStatement', () => {
  it.each([
    ['select  A,"b"  from T where not(a)', 'SELECT A, "b" FROM T WHERE NOT a'],
    ['SELECT (1 + 2) * 3, 1 + (2 * 3)', 'SELECT (1 + 2) * 3, 1 + 2 * 3'],
    ['SELECT 1 - (2 - 3), (1 - 2) - 3', 'SELECT 1 - (2 - 3), 1 - 2 - 3'],
    ['SELECT - -1, -(-a)', 'SELECT - -1, - -a'],
    ['SELECT a AND (b AND c)', 'SELECT a AND (b AND c)'],
    ['SELECT \'it\'\'s\' || "a""b"', 'SELECT \'it\'\'s\' || "a""b"'],
    ['SELECT * FROM a JOIN (b JOIN c USING (x)) USING (y)', 'SELECT * FROM a JOIN (b JOIN c USING (x)) USING (y)'],
    ['SELECT 1 UNION (SELECT 2 UNION SELECT 3)', 'SELECT 1 UNION (SELECT 2 UNION SELECT 3)'],
    ['SELECT `a b`', 'SELECT "a b"'],
    ['SELECT CURRENT_DATE', 'SELECT CURRENT_DATE'],
    ["SELECT ((j)) -> 'a', f(((j)) -> 'a'), f(x => ((\"j\")) -> 'a')", "SELECT j -> 'a', f((j -> 'a')), f(x => (\"j\" -> 'a'))"],
  ])('prints %s as %s', (sql, printed) => {
    expect(formatStatement(parseStatement(sql))).toBe(printed);
  });

  it('prints an AND chain of 100,000 operands', () => {
    const statement = parseStatement(`SELECT a${' AND b'.repeat(100_000)}`);
    expect(formatStatement(statement)).toBe(`SELECT a${' AND b'.repeat(100_000)}`);
  });
});

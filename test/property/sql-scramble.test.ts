import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatStatement } from '../../sql/format/index.ts';
import { parseStatement } from '../../sql/parse/index.ts';
import { ACCEPTED_STATEMENTS } from '../unit/sql/parse/accepted-statements.ts';
import { scrambleLayout } from './sql-scramble.ts';
import { withoutSpans } from './sql-without-spans.ts';

const STATEMENTS = Object.values(ACCEPTED_STATEMENTS).flat();

describe('comments, white space and the case of keywords carry no meaning', () => {
  it('a scrambled statement has the same tree and prints the same', () => {
    const numbers = fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }));
    fc.assert(
      fc.property(fc.constantFrom(...STATEMENTS), numbers, (sql, stream) => {
        const scrambled = scrambleLayout(sql, () => Number(stream.next().value ?? 0));
        const statement = parseStatement(sql);
        const other = parseStatement(scrambled);
        expect(withoutSpans(other)).toEqual(withoutSpans(statement));
        expect(formatStatement(other)).toBe(formatStatement(statement));
      }),
      { numRuns: 1500 },
    );
  });

  it('scrambling does change the text', () => {
    let state = 1;
    const random = (): number => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const sql = 'SELECT a FROM t WHERE b AND c';
    const scrambled = scrambleLayout(sql, random);
    expect(scrambled).not.toBe(sql);
    expect(scrambled).toMatch(/--|\/\*/);
    expect(scrambled.toUpperCase()).toContain('SELECT');
    expect(scrambled).not.toContain('SELECT a');
  });
});

describe('the comparison of trees notices what must not be lost', () => {
  const SQL =
    "SELECT a - (b - c) AS d, -x ^ 2, 'Text', 1.50 FROM t LEFT JOIN u ON t.id = u.id WHERE NOT (p OR q) AND r IS NOT NULL ORDER BY d DESC NULLS LAST";
  it.each([
    ['(b - c)', 'b - c'],
    ['-x ^ 2', '-(x ^ 2)'],
    ["'Text'", "'text'"],
    ['1.50', '1.5'],
    ['LEFT JOIN', 'JOIN'],
    ['NOT (p OR q)', 'NOT p OR q'],
    ['IS NOT NULL', 'IS NULL'],
    [' DESC', ''],
    ['NULLS LAST', 'NULLS FIRST'],
    ['t.id = u.id', 'u.id = t.id'],
    [' AS d,', ','],
    ['FROM t', 'FROM "t"'],
  ])('%s became %s', (from, to) => {
    const mutant = SQL.replace(from, to);
    expect(mutant).not.toBe(SQL);
    expect(withoutSpans(parseStatement(mutant))).not.toEqual(withoutSpans(parseStatement(SQL)));
  });
});

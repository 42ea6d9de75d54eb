import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Statement } from '../../sql/ast/index.ts';
import { formatStatement } from '../../sql/format/index.ts';
import { tokenize } from '../../sql/lex/index.ts';
import { parseStatement } from '../../sql/parse/index.ts';
import { PlatformError } from '../../spi/index.ts';
import { ACCEPTED_STATEMENTS } from '../unit/sql/parse/accepted-statements.ts';
import { withoutSpans } from './sql-without-spans.ts';

const STATEMENTS = Object.values(ACCEPTED_STATEMENTS).flat();
const TOKENS = [...new Set(STATEMENTS.flatMap((sql) => tokenize(sql).map(({ start, end }) => sql.slice(start, end))))].filter(
  (token) => token !== '',
);

/** Returns the tree, or null when the text was refused the way it should be; anything else thrown fails the test. */
function parseOrNull(sql: string): Statement | null {
  try {
    return parseStatement(sql);
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    expect(error.code).toMatch(/^SQL_/);
    const { offset, length } = error.location ?? expect.fail('an error without a place');
    expect(offset).toBeGreaterThanOrEqual(0);
    expect(offset + length).toBeLessThanOrEqual(sql.length);
    return null;
  }
}

function expectSpansInside(node: unknown, length: number): void {
  if (typeof node !== 'object' || node === null) return;
  if ('start' in node && 'end' in node && typeof node.start === 'number' && typeof node.end === 'number') {
    expect(node.start >= 0 && node.start <= node.end && node.end <= length, JSON.stringify(node)).toBe(true);
  }
  for (const child of Object.values(node)) expectSpansInside(child, length);
}

function expectTreeOrError(sql: string): void {
  const statement = parseOrNull(sql);
  if (statement === null) return;
  expectSpansInside(statement, sql.length);
  const printed = formatStatement(statement);
  expect(withoutSpans(parseStatement(printed)), printed).toEqual(withoutSpans(statement));
}

const token = fc.constantFrom(...TOKENS);

describe('any text gives a tree that survives printing, or a coded error inside the text', () => {
  it('for arbitrary characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expectTreeOrError(text);
        expectTreeOrError(`SELECT ${text}`);
      }),
      { numRuns: 500 },
    );
  });

  it('for tokens of the language in any order', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('SELECT', 'SELECT a FROM', 'SELECT a FROM t WHERE', 'CREATE TABLE', ''),
        fc.array(token, { maxLength: 12 }),
        (head, tokens) => {
          expectTreeOrError([head, ...tokens].join(' '));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('for statements with tokens dropped, doubled, swapped or replaced', () => {
    const edit = fc.record({ kind: fc.constantFrom('drop', 'double', 'swap', 'replace', 'parenthesise'), at: fc.nat(200), token });
    fc.assert(
      fc.property(fc.constantFrom(...STATEMENTS), fc.array(edit, { minLength: 1, maxLength: 3 }), (sql, edits) => {
        const tokens = tokenize(sql).map(({ start, end }) => sql.slice(start, end));
        for (const { kind, at, token: other } of edits) {
          const index = at % tokens.length;
          const current = tokens[index] ?? '';
          if (kind === 'drop') tokens.splice(index, 1);
          else if (kind === 'double') tokens.splice(index, 0, current);
          else if (kind === 'swap') tokens.splice(index, 2, tokens[index + 1] ?? '', current);
          else tokens[index] = kind === 'replace' ? other : `(${current})`;
        }
        expectTreeOrError(tokens.join(' '));
      }),
      { numRuns: 5000 },
    );
  });

  it('for statements cut off anywhere', () => {
    fc.assert(
      fc.property(fc.constantFrom(...STATEMENTS), fc.nat(), (sql, cut) => {
        expectTreeOrError(sql.slice(0, cut % (sql.length + 1)));
      }),
      { numRuns: 1000 },
    );
  });
});

import { describe, expect, it } from 'vitest';
import { PlatformError } from '../../../../spi/index.ts';
import { formatStatement } from '../../../../sql/format/index.ts';
import { parseStatement } from '../../../../sql/parse/index.ts';
import { withoutSpans } from '../../../property/sql-without-spans.ts';
import { CALL_CASES } from './grammar/call-cases.ts';
import { EXPRESSION_CASES } from './grammar/expression-cases.ts';
import type { GrammarCases, RejectedText } from './grammar/grammar-cases.ts';
import { MODIFICATION_CASES } from './grammar/modification-cases.ts';
import { QUERY_CASES } from './grammar/query-cases.ts';
import { danglingReferences, grammarOf, readGrammar, thinProductions } from './grammar/read-grammar.ts';
import { SESSION_CASES } from './grammar/session-cases.ts';
import { STATEMENT_CASES } from './grammar/statement-cases.ts';
import { STREAMING_CASES } from './grammar/streaming-cases.ts';
import { TABLE_CASES } from './grammar/table-cases.ts';

const CASES: readonly GrammarCases[] = [
  ...QUERY_CASES,
  ...TABLE_CASES,
  ...EXPRESSION_CASES,
  ...CALL_CASES,
  ...MODIFICATION_CASES,
  ...STATEMENT_CASES,
  ...SESSION_CASES,
  ...STREAMING_CASES,
];

const page = readGrammar();
const { productions, repeated } = page;

describe('the page of the grammar', () => {
  it('defines every production once', () => {
    expect(productions.size).toBeGreaterThan(20);
    expect(repeated).toEqual([]);
  });

  it('names only productions and token classes on right sides', () => {
    expect(danglingReferences(page)).toEqual([]);
  });

  it('has two accepted and two refused texts for every production', () => {
    expect(thinProductions(page, CASES)).toEqual([]);
  });

  it('is found at fault when it lacks a production, has one twice, or has one without cases (mutants)', () => {
    const text = '| class | what |\n|---|---|\n| `name` | a word |\n\n```ebnf\nquery ::= name part\npart ::= name\n```\n';
    expect(danglingReferences(grammarOf(text))).toEqual([]);
    expect(danglingReferences(grammarOf(text.replace('part ::= name\n', '')))).toEqual(['query: part']);
    expect(danglingReferences(grammarOf(text.replace('| `name` | a word |\n', '')))).toEqual(['query: name', 'part: name']);
    expect(grammarOf(text.replace('part ::=', 'query ::=')).repeated).toEqual(['query']);
    const [cases] = CASES.filter((entry) => entry.production === 'query');
    expect(thinProductions(grammarOf(text), cases === undefined ? [] : [cases])).toEqual(['part']);
  });

  it('knows every production that has cases', () => {
    expect(CASES.map((entry) => entry.production).filter((name) => !productions.has(name))).toEqual([]);
  });
});

describe.each(CASES)('$production', ({ accepts, rejects }) => {
  it.each(accepts)('accepts %s', (text) => {
    const statement = parseStatement(text);
    const printed = formatStatement(statement);
    expect(withoutSpans(parseStatement(printed)), printed).toEqual(withoutSpans(statement));
  });

  it.each(rejects)('refuses $marked', (rejected) => {
    const error = errorOf(rejected);
    const text = rejected.marked.replace('▸', '');
    const before = rejected.marked.split('▸')[0] ?? '';
    const lines = before.split('\n');
    const { line, column, offset } = error.location ?? {};
    expect({ code: error.code, line, column }, error.message).toEqual({
      code: rejected.code ?? 'SQL_SYNTAX',
      line: lines.length,
      column: (lines.at(-1) ?? '').length + 1,
    });
    expect(offset).toBe(before.length);
    const { found = '', expected = [] } = error.details as { found?: string; expected?: readonly string[] };
    expect(expected.includes(rejected.expected) || error.message.includes(rejected.expected), error.message).toBe(true);
    expect(text.slice(before.length, before.length + found.length)).toBe(found);
    if (expected.length > 0) expect(error.message).toContain(found === '' ? 'the end of the statement' : `found '${found}'`);
    if (rejected.nearest !== undefined) expect(error.hint).toBe(`Did you mean ${rejected.nearest}?`);
  });
});

function errorOf({ marked }: RejectedText): PlatformError {
  const text = marked.replace('▸', '');
  try {
    parseStatement(text);
  } catch (error) {
    if (error instanceof PlatformError) return error;
    throw error;
  }
  return expect.fail(`accepted: ${text}`);
}

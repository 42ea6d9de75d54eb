import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KEYWORDS, type Token, tokenize } from '../../sql/lex/index.ts';
import { PlatformError } from '../../spi/index.ts';
import { ACCEPTED_STATEMENTS } from '../unit/sql/parse/accepted-statements.ts';
import { type LexicalRules, referenceTokens, RULES } from './reference-lexer.ts';

const STATEMENTS = Object.values(ACCEPTED_STATEMENTS).flat();

const PIECES = fc.oneof(
  fc.constantFrom(...KEYWORDS, ...KEYWORDS.map((word) => word.toLowerCase()), ...RULES.symbols),
  fc.constantFrom(
    ' ',
    '\n',
    '\r\n',
    '\t',
    '\u00A0',
    '--',
    '/*',
    '*/',
    '/*+',
    "'",
    "''",
    '"',
    '`',
    "x'",
    "X'0f'",
    '$',
    '1',
    '1.',
    '.5',
    'e9',
    'E-2',
  ),
  fc.constantFrom('a', '_', 'A$1', 'größe', 'ſ', '日本', '😀', '\\', '!', '#', '@', '\0', '\uD800', 'SELECTED', 'SELEC', 'selec_t'),
  fc.string({ unit: 'binary', maxLength: 3 }),
  fc.constantFrom(...STATEMENTS),
);
const TEXTS = fc.array(PIECES, { maxLength: 12 }).map((pieces) => pieces.join(''));

function tokensOrNull(text: string): Token[] | null {
  try {
    return tokenize(text);
  } catch (error) {
    if (error instanceof PlatformError && error.code === 'SQL_SYNTAX') return null;
    throw error;
  }
}

const differs = (text: string, rules: LexicalRules): boolean =>
  JSON.stringify(tokensOrNull(text)) !== JSON.stringify(referenceTokens(text, rules));

describe('the lexer cuts a text as the patterns of the language do', () => {
  it('for every accepted statement', () => {
    for (const sql of STATEMENTS) expect(tokensOrNull(sql), sql).toEqual(referenceTokens(sql));
  });

  it('for pieces of the language and arbitrary characters in any order', () => {
    fc.assert(
      fc.property(TEXTS, (text) => {
        expect(tokensOrNull(text)).toEqual(referenceTokens(text));
      }),
      { numRuns: 5000 },
    );
  });
});

describe('the comparison of lexers notices', () => {
  const texts = [...STATEMENTS, 'SELECT /* one /* inside */ another */ 1'];
  it.each<[string, LexicalRules]>([
    ['a symbol that is cut short', { ...RULES, symbols: RULES.symbols.filter((symbol) => symbol !== '::') }],
    ['a keyword that is taken for a name', { ...RULES, keywords: KEYWORDS.filter((word) => word !== 'OFFSET') }],
    ['comments that do not nest', { ...RULES, nestsComments: false }],
  ])('%s', (_, rules) => {
    expect(texts.some((text) => differs(text, rules))).toBe(true);
    expect(texts.some((text) => differs(text, RULES))).toBe(false);
  });
});

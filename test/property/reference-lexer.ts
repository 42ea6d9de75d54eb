import { KEYWORDS, type Token, type TokenKind } from '../../sql/lex/index.ts';

/** What the reference is told about the language; a test changes it to see that the comparison notices. */
export interface LexicalRules {
  readonly symbols: readonly string[];
  readonly keywords: readonly string[];
  readonly nestsComments: boolean;
}

/** The rules of the language. */
export const RULES: LexicalRules = {
  symbols: '->> :: := <= >= <> != == || // ** << >> => -> ( ) [ ] { } , . ; : + - * / % ^ & | ~ < > = ?'.split(' '),
  keywords: KEYWORDS,
  nestsComments: true,
};

const SPACE = /[ \t\n\r\f\v\p{Zs}\u2028\u2029\uFEFF\u0085]+|--[^\n\r]*/uy;
const WORD_PART = /[\p{ID_Continue}$]/uy;
const BEFORE_HINTS = new Set(['SELECT', 'DELETE', 'UPDATE', 'MERGE']);

const PATTERNS: readonly (readonly [TokenKind, RegExp])[] = [
  ['binary', /[xX]'((?:[^']|'')*)'(?!')/uy],
  ['string', /'((?:[^']|'')*)'(?!')/uy],
  ['quoted', /"((?:[^"]|"")+)"(?!")/uy],
  ['quoted', /`((?:[^`]|``)+)`(?!`)/uy],
  ['word', /([\p{ID_Start}_][\p{ID_Continue}$]*)/uy],
  ['number', /((?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)/uy],
  ['parameter', /\$(\d+|[\p{ID_Start}_][\p{ID_Continue}$]*)/uy],
];

function matchAt(pattern: RegExp, text: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(text);
}

/** Returns the end of a comment in bars and stars at the offset, -1 when it does not end. */
function commentEnd(text: string, start: number, nests: boolean): number {
  let depth = 0;
  for (let offset = start; offset < text.length - 1; offset++) {
    const pair = text.slice(offset, offset + 2);
    if (pair === '/*' && (nests || depth === 0)) depth++;
    else if (pair === '*/') depth--;
    else continue;
    offset++;
    if (depth === 0) return offset + 1;
  }
  return -1;
}

function valueOf(kind: TokenKind, content: string, raw: string, keyword: string): string | null {
  if (kind === 'word') return keyword === '' ? content : keyword;
  if (kind === 'string') return content.replaceAll("''", "'");
  if (kind === 'quoted') return content.replaceAll((raw[0] ?? '').repeat(2), raw[0] ?? '');
  if (kind !== 'binary') return content;
  return /^(?:[0-9a-fA-F]{2})*$/.test(content) ? content.toUpperCase() : null;
}

function tokenAt(text: string, start: number, rules: LexicalRules): Token | null {
  for (const [kind, pattern] of PATTERNS) {
    const [raw, content = ''] = matchAt(pattern, text, start) ?? [];
    if (raw === undefined) continue;
    const endsInDigits = kind === 'number' || kind === 'parameter';
    if (endsInDigits && matchAt(WORD_PART, text, start + raw.length) !== null) return null;
    const isKeyword = kind === 'word' && /^[\0-\x7F]*$/.test(raw) && rules.keywords.includes(raw.toUpperCase());
    const terminal = (isKeyword ? raw.toUpperCase() : '') as Token['terminal'];
    const value = valueOf(kind, content, raw, terminal);
    return value === null ? null : { kind, terminal, value, start, end: start + raw.length };
  }
  const symbol = rules.symbols.find((candidate) => text.startsWith(candidate, start));
  const startsNumber = symbol === undefined || (symbol === '.' && /\d/.test(text.charAt(start + 1)));
  return startsNumber ? null : { kind: 'symbol', terminal: symbol as Token['terminal'], value: symbol, start, end: start + symbol.length };
}

/** Returns the tokens of a text as the patterns of the language tell them, slowly and plainly; null for a text that cannot be cut into tokens. */
export function referenceTokens(text: string, rules: LexicalRules = RULES): Token[] | null {
  if (/[\0\p{Surrogate}]/u.test(text)) return null;
  const tokens: Token[] = [];
  let offset = 0;
  while (offset < text.length) {
    const space = matchAt(SPACE, text, offset);
    if (space !== null) offset += space[0].length;
    else if (text.startsWith('/*', offset)) {
      const end = commentEnd(text, offset, rules.nestsComments);
      if (end < 0) return null;
      const isHint = text.charAt(offset + 2) === '+' && BEFORE_HINTS.has(tokens.at(-1)?.terminal ?? '');
      if (isHint) tokens.push({ kind: 'hint', terminal: '', value: text.slice(offset + 3, end - 2), start: offset, end });
      offset = end;
    } else {
      const token = tokenAt(text, offset, rules);
      if (token === null) return null;
      tokens.push(token);
      offset = token.end;
    }
  }
  return [...tokens, { kind: 'end', terminal: '', value: '', start: text.length, end: text.length }];
}

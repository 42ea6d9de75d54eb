import { type ErrorCode, PlatformError } from '../../spi/index.ts';
import { locate } from '../../sql/lex/index.ts';

/** A token of MySQL's language.
 *  `word` is an unquoted name or keyword, `name` one in backticks, `string` a text with its escapes resolved, `binary` the digits of x'..' or 0x..,
 *  `executable` a comment that MySQL runs. */
export interface MysqlToken {
  readonly kind: 'word' | 'name' | 'string' | 'binary' | 'number' | 'symbol' | 'executable' | 'end';
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

/** What stands where, tried in this order. */
const PATTERNS: readonly (readonly [MysqlToken['kind'] | 'space' | 'hint' | 'prefixed', RegExp])[] = [
  ['space', /\s+|#[^\n]*|--(?=\s|$)[^\n]*|\/\*(?![!+])[^]*?\*\//y],
  ['hint', /\/\*\+/y],
  ['executable', /\/\*!\d*([^]*?)\*\//y],
  ['binary', /[xX]'([0-9a-fA-F]*)'|0x([0-9a-fA-F]+)\b/y],
  ['prefixed', /(?:[bBnN]|_[a-zA-Z0-9]+\s*)['"]|0b[01]+\b|@|:=/y],
  ['number', /(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?(?![\w$\u0080-\uffff])/y],
  ['string', /'((?:[^'\\]|''|\\[^])*)'|"((?:[^"\\]|""|\\[^])*)"/y],
  ['name', /`((?:[^`]|``)*)`/y],
  ['word', /[\w$\u0080-\uffff]+/y],
  ['symbol', /<=>|<>|!=|<=|>=|\|\||&&|->>?|<<|>>|[-+*/%=<>(),.;!~^&|?]/y],
];

/** Returns the tokens of a text in MySQL's language, the last being the `end` token.
 *  @throws SQL_TRANSLATION for hints, variables, texts with a character set and bit literals; SQL_SYNTAX for what is no token */
export function tokenizeMysql(text: string): readonly MysqlToken[] {
  const tokens: MysqlToken[] = [];
  let start = 0;
  while (start < text.length) {
    const token = readToken(text, start);
    if (token.kind !== null) tokens.push({ ...token, kind: token.kind });
    start = token.end;
  }
  tokens.push({ kind: 'end', value: '', start, end: start });
  return joinRefused(text, tokens);
}

/** Returns an error at a place of the text. */
export function translationError(
  text: string,
  token: Pick<MysqlToken, 'start' | 'end'>,
  what: string,
  code: ErrorCode = 'SQL_TRANSLATION',
) {
  return new PlatformError(code, what, { location: locate(text, token.start, token.end) });
}

function readToken(text: string, start: number): Omit<MysqlToken, 'kind'> & { readonly kind: MysqlToken['kind'] | null } {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = start;
    const match = pattern.exec(text);
    if (match === null) continue;
    const end = pattern.lastIndex;
    const place = { start, end };
    if (kind === 'hint') throw translationError(text, place, 'an optimizer hint has no translation');
    if (kind === 'prefixed')
      throw translationError(
        text,
        place,
        `${match[0].trim()} has no translation: variables, bit literals and texts with a character set are not taken`,
      );
    const value = match[1] ?? match[2] ?? match[0];
    return { kind: kind === 'space' ? null : kind, value: unescape(kind, value), ...place };
  }
  const rest = text.slice(start, start + 10);
  throw translationError(text, { start, end: start + 1 }, `nothing of MySQL's language begins with ${JSON.stringify(rest)}`, 'SQL_SYNTAX');
}

const ESCAPES: Readonly<Record<string, string>> = { '0': '\0', b: '\b', n: '\n', r: '\r', t: '\t', Z: '\u001a' };

/** Source: MySQL 8.0 manual, 9.1.1: `\%` and `\_` keep their backslash; a backslash before any other character is dropped. */
function unescape(kind: string, value: string): string {
  if (kind === 'name') return value.replaceAll('``', '`');
  if (kind !== 'string') return value;
  return value.replaceAll(/\\([^])|''|""/g, (whole, letter: string | undefined) => {
    if (letter === undefined) return whole.charAt(0);
    return letter === '%' || letter === '_' ? whole : (ESCAPES[letter] ?? letter);
  });
}

/** Texts that stand side by side are one text for MySQL and a name after a value elsewhere. */
function joinRefused(text: string, tokens: readonly MysqlToken[]): readonly MysqlToken[] {
  const second = tokens.find((token, index) => token.kind === 'string' && tokens[index - 1]?.kind === 'string');
  if (second !== undefined) throw translationError(text, second, 'two texts side by side have no translation');
  return tokens;
}

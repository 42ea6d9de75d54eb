import { type IntervalUnit, type Literal, type NumberLiteral, PRECEDENCE, type StringLiteral, type TypeName } from '../ast/index.ts';
import { keywordOf, type Terminal } from '../lex/index.ts';
import { parseTypeName } from './parse-type-name.ts';
import type { TokenCursor } from './token-cursor.ts';

const INTERVAL_UNITS: ReadonlyMap<Terminal | '', IntervalUnit> = new Map(
  (
    [
      ['millennium', 'millennia', 'millenniums'],
      ['century', 'centuries'],
      ['decade', 'decades'],
      ['year', 'years'],
      ['quarter', 'quarters'],
      ['month', 'months'],
      ['week', 'weeks'],
      ['day', 'days'],
      ['hour', 'hours'],
      ['minute', 'minutes'],
      ['second', 'seconds'],
      ['millisecond', 'milliseconds'],
      ['microsecond', 'microseconds'],
      ['nanosecond', 'nanoseconds'],
    ] as const
  ).flatMap((spellings) => spellings.map((spelling) => [keywordOf(spelling), spellings[0]] as const)),
);

function numberForm(text: string): NumberLiteral['form'] {
  let form: NumberLiteral['form'] = 'integer';
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 69 || code === 101) return 'double';
    if (code === 46) form = 'decimal';
  }
  return form;
}

/** Passes a number token and returns its literal. */
export function takeNumber(cursor: TokenCursor): NumberLiteral {
  const { value, start, end } = cursor.advance();
  return { kind: 'number-literal', text: value, form: numberForm(value), span: { start, end } };
}

/** Passes a string token and returns its literal. */
export function takeString(cursor: TokenCursor): StringLiteral {
  const { value, start, end } = cursor.advance();
  return { kind: 'string-literal', value, span: { start, end } };
}

/** Passes a binary token and returns its literal. */
export function takeBinary(cursor: TokenCursor): Literal {
  const { value, start, end } = cursor.advance();
  return { kind: 'binary-literal', hex: value, span: { start, end } };
}

/** Passes TRUE, FALSE or NULL and returns its literal. */
export function takeLiteralWord(cursor: TokenCursor): Literal {
  const { terminal, start, end } = cursor.advance();
  const span = { start, end };
  return terminal === 'NULL' ? { kind: 'null-literal', span } : { kind: 'boolean-literal', value: terminal === 'TRUE', span };
}

/** Returns how many words of a type stand before a string, 0 when the text is no typed literal. */
function typedLiteralWords(cursor: TokenCursor): number {
  if (cursor.peek(1).kind === 'string') return 1;
  const { terminal } = cursor.token;
  if (terminal !== 'TIMESTAMP' && terminal !== 'TIME') return 0;
  const zoned = cursor.peekWord(1, 'WITH') || cursor.peekWord(1, 'WITHOUT');
  return zoned && cursor.peekWord(2, 'TIME') && cursor.peekWord(3, 'ZONE') && cursor.peek(4).kind === 'string' ? 4 : 0;
}

/** Passes a type before a string, as in `DATE '2001-01-31'`; returns null when the word here does not start one. */
export function acceptTypedLiteral(cursor: TokenCursor): Literal | null {
  if (typedLiteralWords(cursor) === 0) return null;
  const { start } = cursor.token;
  const dataType: TypeName = parseTypeName(cursor);
  const { value } = cursor.advance();
  return { kind: 'typed-literal', dataType, value, span: cursor.spanFrom(start) };
}

function acceptIntervalUnit(cursor: TokenCursor): IntervalUnit | null {
  const unit = INTERVAL_UNITS.get(cursor.token.terminal) ?? null;
  if (unit !== null) cursor.advance();
  return unit;
}

function startsIntervalValue(cursor: TokenCursor): boolean {
  const { kind, terminal } = cursor.peek(1);
  if (kind === 'string' || kind === 'number' || kind === 'parameter') return true;
  const signed = (terminal === '-' || terminal === '+') && ['string', 'number'].includes(cursor.peek(2).kind);
  return signed || terminal === '(' || terminal === '?';
}

/** Passes an interval literal; returns null when the word INTERVAL here is a plain name.
 *  @throws SQL_SYNTAX when a number or an expression has no unit. */
export function acceptInterval(cursor: TokenCursor): Literal | null {
  if (!startsIntervalValue(cursor)) return null;
  const { start } = cursor.advance();
  // A string or number is the whole value, so that in INTERVAL '1 day'::VARCHAR the cast applies to the interval.
  const value =
    cursor.token.kind === 'string'
      ? takeString(cursor)
      : cursor.token.kind === 'number'
        ? takeNumber(cursor)
        : cursor.rules.operand(cursor, PRECEDENCE.sign);
  const unit = acceptIntervalUnit(cursor);
  if (unit === null && value.kind !== 'string-literal') return cursor.fail('an interval unit such as DAY');
  // TO belongs to the interval only when a unit follows; else it may start COPY .. TO.
  const continues = unit !== null && cursor.peekWord(0, 'TO') && INTERVAL_UNITS.has(cursor.peek(1).terminal);
  if (continues) cursor.advance();
  const toUnit = continues ? acceptIntervalUnit(cursor) : null;
  return { kind: 'interval-literal', value, unit, toUnit, span: cursor.spanFrom(start) };
}

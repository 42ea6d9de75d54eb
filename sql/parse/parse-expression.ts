import { BINARY_PRECEDENCE, type BinaryOperator, type ComparisonOperator, type Expression, PRECEDENCE } from '../ast/index.ts';
import type { Keyword, SymbolText, Terminal } from '../lex/index.ts';
import { parseLabel, parseListAfter, parseQualifiedName } from './parse-name.ts';
import { acceptQuantified, parseIs, parsePredicate, startsPredicate } from './parse-predicate.ts';
import { parsePrimary } from './parse-primary.ts';
import { parseTypeName } from './parse-type-name.ts';
import type { TokenCursor } from './token-cursor.ts';

const SPELLINGS: ReadonlyMap<Terminal | '', BinaryOperator> = new Map<SymbolText, BinaryOperator>([
  ...(Object.keys(BINARY_PRECEDENCE) as BinaryOperator[]).map((operator) => [operator, operator] as const),
  ['!=', '<>'],
  ['==', '='],
  ['**', '^'],
]);

const INFIX_WORDS: readonly Keyword[] = ['AND', 'OR', 'IN', 'IS', 'LIKE', 'BETWEEN'];

function isComparison(operator: BinaryOperator): operator is ComparisonOperator {
  return BINARY_PRECEDENCE[operator] === PRECEDENCE.comparison;
}

function parseBrackets(cursor: TokenCursor, operand: Expression, start: number): Expression {
  cursor.expectSymbol('[');
  const from = cursor.isSymbol(':') ? null : cursor.rules.expression(cursor);
  if (!cursor.acceptSymbol(':')) {
    cursor.expectSymbol(']');
    return { kind: 'subscript', operand, index: from as Expression, span: cursor.spanFrom(start) };
  }
  const to = cursor.isSymbol(']') ? null : cursor.rules.expression(cursor);
  cursor.expectSymbol(']');
  return { kind: 'slice', operand, from, to, span: cursor.spanFrom(start) };
}

function parsePostfix(cursor: TokenCursor): Expression {
  const { start } = cursor.token;
  let operand = parsePrimary(cursor);
  for (;;) {
    const { terminal } = cursor.token;
    if (terminal !== '[' && terminal !== '::' && terminal !== '.') return operand;
    if (terminal === '[') operand = parseBrackets(cursor, operand, start);
    else {
      cursor.advance();
      if (terminal === '::') {
        const dataType = parseTypeName(cursor);
        operand = { kind: 'cast', operand, dataType, safe: false, span: cursor.spanFrom(start) };
      } else {
        const field = parseLabel(cursor, 'a field name');
        operand = { kind: 'field-access', operand, field, span: cursor.spanFrom(start) };
      }
    }
    cursor.chainHeight++;
  }
}

function parsePrefix(cursor: TokenCursor): Expression {
  const { terminal, start } = cursor.token;
  if (terminal === 'NOT') {
    cursor.advance();
    cursor.enter();
    const operand = parseOperand(cursor, PRECEDENCE.not);
    cursor.leave();
    return { kind: 'not', operand, span: cursor.spanFrom(start) };
  }
  if (terminal !== '-' && terminal !== '+' && terminal !== '~') return parsePostfix(cursor);
  cursor.advance();
  cursor.enter();
  const operand = parseOperand(cursor, PRECEDENCE.sign);
  cursor.leave();
  return { kind: 'unary', operator: terminal, operand, span: cursor.spanFrom(start) };
}

function parseBinary(cursor: TokenCursor, left: Expression, start: number, minimum: number): Expression | null {
  const operator = SPELLINGS.get(cursor.token.terminal);
  if (operator === undefined || BINARY_PRECEDENCE[operator] < minimum) return null;
  cursor.advance();
  const quantified = isComparison(operator) ? acceptQuantified(cursor, left, operator, start) : null;
  if (quantified !== null) return quantified;
  const right = parseOperand(cursor, BINARY_PRECEDENCE[operator] + 1);
  return { kind: 'binary', operator, left, right, span: cursor.spanFrom(start) };
}

const parseConjunct = (cursor: TokenCursor): Expression => parseOperand(cursor, PRECEDENCE.and + 1);
const parseDisjunct = (cursor: TokenCursor): Expression => parseOperand(cursor, PRECEDENCE.or + 1);

function parseLogical(cursor: TokenCursor, first: Expression, start: number, operator: 'and' | 'or'): Expression {
  const operands =
    operator === 'and' ? parseListAfter(cursor, first, 'AND', parseConjunct) : parseListAfter(cursor, first, 'OR', parseDisjunct);
  return { kind: 'logical', operator, operands, span: cursor.spanFrom(start) };
}

function parseAtTimeZone(cursor: TokenCursor, operand: Expression, start: number): Expression | null {
  if (!cursor.acceptWords('AT', 'TIME', 'ZONE')) return null;
  const zone = parseOperand(cursor, PRECEDENCE.atTimeZone + 1);
  return { kind: 'at-time-zone', operand, zone, span: cursor.spanFrom(start) };
}

function parseCollate(cursor: TokenCursor, operand: Expression, start: number): Expression {
  cursor.expectWord('COLLATE');
  const collation = parseQualifiedName(cursor, 'a collation name');
  return { kind: 'collate', operand, collation, span: cursor.spanFrom(start) };
}

function parseTest(cursor: TokenCursor, operand: Expression, start: number, minimum: number): Expression | null {
  const { terminal } = cursor.token;
  if (terminal === 'IS') {
    return minimum > PRECEDENCE.is ? null : parseIs(cursor, operand, start);
  }
  if (minimum > PRECEDENCE.predicate || !startsPredicate(terminal === 'NOT' ? cursor.peek(1) : cursor.token)) return null;
  return parsePredicate(cursor, operand, start);
}

/** Reads the operator here and its right side; returns null when none stands here that binds tightly enough. */
function parseInfix(cursor: TokenCursor, left: Expression, start: number, minimum: number): Expression | null {
  const { kind, terminal } = cursor.token;
  // What most expressions end at is no operator.
  if (terminal === ',' || terminal === ')') return null;
  if (kind === 'symbol') return parseBinary(cursor, left, start, minimum);
  switch (terminal) {
    case '':
      return null;
    case 'AND':
      return minimum > PRECEDENCE.and ? null : parseLogical(cursor, left, start, 'and');
    case 'OR':
      return minimum > PRECEDENCE.or ? null : parseLogical(cursor, left, start, 'or');
    case 'AT':
      return minimum > PRECEDENCE.atTimeZone ? null : parseAtTimeZone(cursor, left, start);
    case 'COLLATE':
      return minimum > PRECEDENCE.collate ? null : parseCollate(cursor, left, start);
    default:
      return parseTest(cursor, left, start, minimum);
  }
}

/** Reads an expression whose operators bind at least as tightly as the precedence given. */
export function parseOperand(cursor: TokenCursor, minimum: number): Expression {
  const { start } = cursor.token;
  const outer = cursor.openChain();
  let left = parsePrefix(cursor);
  for (let next = parseInfix(cursor, left, start, minimum); next !== null; next = parseInfix(cursor, left, start, minimum)) {
    cursor.chainHeight++;
    left = next;
  }
  cursor.closeChain(outer);
  cursor.suggest(INFIX_WORDS);
  return left;
}

/** Reads an expression; one level of nesting. */
export function parseExpression(cursor: TokenCursor): Expression {
  cursor.enter();
  const expression = parseOperand(cursor, PRECEDENCE.or);
  cursor.leave();
  return expression;
}

import {
  type Expression,
  type FunctionArgument,
  type FunctionCall,
  type Identifier,
  type Lambda,
  plainCall,
  type QualifiedName,
  type SortItem,
} from '../ast/index.ts';
import { isName, parseCommaList, takeIdentifier } from './parse-name.ts';
import { parseOptionalSortItems, parseOver } from './parse-window.ts';
import type { TokenCursor } from './token-cursor.ts';

interface CallArguments {
  readonly arguments: readonly FunctionArgument[];
  readonly star: boolean;
  readonly distinct: boolean;
  readonly orderBy: readonly SortItem[];
  readonly nullTreatment: FunctionCall['nullTreatment'];
}

/** Returns the number of tokens before the arrow of a lambda, 0 when no lambda starts here. */
function lambdaHeadLength(cursor: TokenCursor): number {
  if (isName(cursor.token)) return cursor.peekSymbol(1, '->') ? 1 : 0;
  if (!cursor.peekSymbol(0, '(')) return 0;
  let distance = 1;
  while (isName(cursor.peek(distance))) {
    if (cursor.peekSymbol(distance + 1, ')')) return cursor.peekSymbol(distance + 2, '->') ? distance + 2 : 0;
    if (!cursor.peekSymbol(distance + 1, ',')) return 0;
    distance += 2;
  }
  return 0;
}

function parseLambda(cursor: TokenCursor, headLength: number): Lambda {
  const { start } = cursor.token;
  const parameters: Identifier[] = [];
  for (let passed = 0; passed < headLength; passed++) {
    if (isName(cursor.token)) parameters.push(takeIdentifier(cursor));
    else cursor.advance();
  }
  cursor.expectSymbol('->');
  cursor.enter();
  const body = parseLambdaOrExpression(cursor);
  cursor.leave();
  return { kind: 'lambda', parameters, body, span: cursor.spanFrom(start) };
}

function parseLambdaOrExpression(cursor: TokenCursor): Expression {
  const headLength = lambdaHeadLength(cursor);
  return headLength > 0 ? parseLambda(cursor, headLength) : cursor.rules.expression(cursor);
}

/** Reads `name =>` or `name :=`, null when the argument has no name. */
export function acceptArgumentName(cursor: TokenCursor): Identifier | null {
  if (!isName(cursor.token) || !(cursor.peekSymbol(1, '=>') || cursor.peekSymbol(1, ':='))) return null;
  const name = takeIdentifier(cursor);
  cursor.advance();
  return name;
}

/** Reads one argument of a function. */
export function parseFunctionArgument(cursor: TokenCursor): FunctionArgument {
  const { start } = cursor.token;
  const name = acceptArgumentName(cursor);
  const value = parseLambdaOrExpression(cursor);
  return { kind: 'function-argument', name, value, span: cursor.spanFrom(start) };
}

function parseNullTreatment(cursor: TokenCursor): FunctionCall['nullTreatment'] {
  if (cursor.acceptWords('IGNORE', 'NULLS')) return 'ignore';
  return cursor.acceptWords('RESPECT', 'NULLS') ? 'respect' : null;
}

function parseCallArguments(cursor: TokenCursor): CallArguments {
  const empty: CallArguments = { arguments: [], star: false, distinct: false, orderBy: [], nullTreatment: null };
  cursor.expectSymbol('(');
  if (cursor.acceptSymbol(')')) return empty;
  if (cursor.acceptSymbol('*')) {
    cursor.expectSymbol(')');
    return { ...empty, star: true };
  }
  const distinct = cursor.acceptWord('DISTINCT');
  if (!distinct) cursor.acceptWord('ALL');
  const list = parseCommaList(cursor, parseFunctionArgument);
  const orderBy = parseOptionalSortItems(cursor);
  const nullTreatment = parseNullTreatment(cursor);
  cursor.expectSymbol(')');
  return { arguments: list, star: false, distinct, orderBy, nullTreatment };
}

function parseWithinGroup(cursor: TokenCursor): SortItem[] {
  if (!cursor.acceptWords('WITHIN', 'GROUP')) return [];
  cursor.expectSymbol('(');
  if (!cursor.isWord('ORDER')) cursor.fail();
  const items = parseOptionalSortItems(cursor);
  cursor.expectSymbol(')');
  return items;
}

function parseFilter(cursor: TokenCursor): Expression | null {
  if (!cursor.isWord('FILTER') || !cursor.peekSymbol(1, '(')) return null;
  cursor.advance();
  cursor.expectSymbol('(');
  cursor.acceptWord('WHERE');
  const condition = cursor.rules.expression(cursor);
  cursor.expectSymbol(')');
  return condition;
}

function acceptOver(cursor: TokenCursor): boolean {
  if (!cursor.isWord('OVER') || !(cursor.peekSymbol(1, '(') || isName(cursor.peek(1)))) return false;
  cursor.advance();
  return true;
}

/** Builds a call of a built-in function from a form with words of its own. */
export function wordCall(cursor: TokenCursor, start: number, functionName: string, values: readonly Expression[]): FunctionCall {
  return plainCall(functionName, values, { span: cursor.spanFrom(start), nameSpan: { start, end: start + functionName.length } });
}

/** Reads the parentheses of a call and what belongs to it: WITHIN GROUP, FILTER, IGNORE NULLS, OVER. */
export function parseFunctionCall(cursor: TokenCursor, name: QualifiedName): FunctionCall {
  const call = parseCallArguments(cursor);
  const withinGroup = parseWithinGroup(cursor);
  const filter = parseFilter(cursor);
  const nullTreatment = parseNullTreatment(cursor) ?? call.nullTreatment;
  const over = acceptOver(cursor) ? parseOver(cursor) : null;
  return {
    kind: 'function-call',
    name,
    arguments: call.arguments,
    star: call.star,
    distinct: call.distinct,
    orderBy: call.orderBy,
    withinGroup,
    filter,
    nullTreatment,
    over,
    span: cursor.spanFrom(name.span.start),
  };
}

import { nodeOf, nodesOf, type SyntaxNode, textOf } from './syntax-node.ts';
import type { TokenWalk } from './token-walk.ts';
import { writeFunction } from './write-function.ts';
import { writeSubquery } from './write-subquery.ts';
import { COMPARISONS, isCondition, PREDICATES } from './condition.ts';

const ARITHMETIC: Readonly<Record<string, string>> = { '+': '+', '-': '-', '*': '*', '%': '%', MOD: '%', DIV: '//', '/': '/' };
const CASE_WARNING = 'texts compare with regard to case here; in MySQL the collation decides, and most do not';

/** Writes an expression where a value is wanted: a condition becomes 1 or 0, as MySQL has it. */
export function writeValue(walk: TokenWalk, node: SyntaxNode): void {
  if (!isCondition(node)) {
    writeExpression(walk, node);
    return;
  }
  walk.write('CAST', '(');
  writeCondition(walk, node);
  walk.write('AS', 'INTEGER', ')');
}

/** Writes an expression where true or false is wanted. */
export function writeCondition(walk: TokenWalk, node: SyntaxNode): void {
  if (node['type'] !== 'bool') {
    writeExpression(walk, node);
    return;
  }
  walk.copy(node['value'] === true ? 'TRUE' : 'FALSE');
}

/** Writes an expression token by token, so that our parser decides what binds tighter. */
export function writeExpression(walk: TokenWalk, node: SyntaxNode): void {
  const query = nodeOf(node['ast']);
  if (query !== null) {
    writeSubquery(walk, query);
    return;
  }
  if (node['parentheses'] === true) walk.copy('(');
  writeBare(walk, node);
  if (node['parentheses'] === true) walk.copy(')');
}

function writeBare(walk: TokenWalk, node: SyntaxNode): void {
  switch (node['type']) {
    case 'column_ref': {
      writeColumn(walk, node);
      return;
    }
    case 'number':
    case 'bigint': {
      walk.number(textOf(node['value']));
      return;
    }
    case 'single_quote_string':
    case 'double_quote_string':
    case 'string':
      if (node['suffix'] !== undefined && node['suffix'] !== null) throw walk.refusal('COLLATE has no translation');
      walk.string(textOf(node['value']));
      return;
    case 'hex_string':
    case 'full_hex_string': {
      walk.binary(textOf(node['value']));
      return;
    }
    case 'null': {
      walk.copy('NULL');
      return;
    }
    case 'bool':
      walk.expect(node['value'] === true ? 'TRUE' : 'FALSE');
      {
        walk.addNumber(node['value'] === true ? '1' : '0');
        return;
      }
    case 'binary_expr': {
      writeBinary(walk, node);
      return;
    }
    case 'unary_expr': {
      writeUnary(walk, node);
      return;
    }
    case 'case': {
      writeCase(walk, node);
      return;
    }
    case 'function':
    case 'aggr_func':
    case 'cast':
    case 'extract': {
      writeFunction(walk, node);
      return;
    }
    default:
      throw walk.refusal(`${textOf(node['type']) || 'this'} has no translation`);
  }
}

/** Writes a column's name with what stands before its dots. */
export function writeColumn(walk: TokenWalk, node: SyntaxNode): void {
  for (const qualifier of [textOf(node['db']), textOf(node['table'])].filter(Boolean)) {
    walk.name(qualifier);
    walk.copy('.');
  }
  const column = textOf(node['column']);
  if (column === '*') walk.copy('*');
  else walk.name(column);
}

function writeUnary(walk: TokenWalk, node: SyntaxNode): void {
  const operator = textOf(node['operator']).toUpperCase();
  const operand = nodeOf(node['expr']) ?? {};
  if (operator === 'NOT') {
    walk.copy('NOT');
    writeCondition(walk, operand);
    return;
  }
  if (operator !== '-' && operator !== '+') throw walk.refusal(`the operator ${operator} has no translation`);
  walk.copy(operator);
  writeExpression(walk, operand);
}

function writeBinary(walk: TokenWalk, node: SyntaxNode): void {
  const operator = textOf(node['operator']).toUpperCase();
  const left = nodeOf(node['left']) ?? {};
  const right = nodeOf(node['right']) ?? {};
  if (operator === 'AND' || operator === 'OR') {
    writeCondition(walk, left);
    walk.copy(operator);
    writeCondition(walk, right);
    return;
  }
  if (operator in ARITHMETIC) {
    writeArithmetic(walk, operator, left, right);
    return;
  }
  if (!(operator in COMPARISONS) && !PREDICATES.has(operator)) throw walk.refusal(`the operator ${operator} has no translation`);
  writeOperand(walk, left);
  if (PREDICATES.has(operator)) {
    writePredicate(walk, operator, right);
    return;
  }
  // The tree may have the one spelling and the text the other.
  if (COMPARISONS[operator] === '<>' && walk.accept('!=')) walk.write('<>');
  else {
    walk.expect(operator);
    walk.write(COMPARISONS[operator] ?? operator);
  }
  if ([left, right].some(isText)) walk.warnings.add(CASE_WARNING);
  writeOperand(walk, right);
}

const isText = (node: SyntaxNode): boolean => node['type'] === 'single_quote_string' || node['type'] === 'double_quote_string';

/** MySQL and we disagree about which of two comparisons in a row comes first. */
function writeOperand(walk: TokenWalk, node: SyntaxNode): void {
  if (isCondition(node) && node['parentheses'] !== true) throw walk.refusal('comparisons in a row need parentheses to be translated');
  writeExpression(walk, node);
}

function writeArithmetic(walk: TokenWalk, operator: string, left: SyntaxNode, right: SyntaxNode): void {
  writeOperand(walk, left);
  walk.expect(operator);
  walk.write(ARITHMETIC[operator] ?? operator);
  if (operator !== '/') {
    writeOperand(walk, right);
    return;
  }
  if (right['type'] === 'binary_expr' && right['parentheses'] !== true)
    throw walk.refusal('the divisor needs parentheses to be translated');
  walk.warnings.add(
    'a quotient has all its digits here; MySQL rounds quotients of exact numbers to four digits more than the dividend has',
  );
  walk.write('nullif', '(');
  writeOperand(walk, right);
  walk.write(',');
  walk.addNumber('0');
  walk.write(')');
}

function writePredicate(walk: TokenWalk, operator: string, right: SyntaxNode): void {
  walk.copy(...operator.split(' '));
  const values = nodesOf(right['value']);
  switch (operator.replace('NOT ', '')) {
    case 'IS':
    case 'IS NOT': {
      writeCondition(walk, right);
      return;
    }
    case 'BETWEEN':
      writeOperand(walk, values[0] ?? {});
      walk.copy('AND');
      {
        writeOperand(walk, values[1] ?? {});
        return;
      }
    case 'IN': {
      writeMembers(walk, values);
      return;
    }
    default: {
      writePattern(walk, right);
      return;
    }
  }
}

function writeMembers(walk: TokenWalk, values: readonly SyntaxNode[]): void {
  const query = nodeOf(values[0]?.['ast']);
  if (query !== null) {
    writeSubquery(walk, query);
    return;
  }
  walk.copy('(');
  for (const [index, value] of values.entries()) {
    if (index > 0) walk.copy(',');
    if (isText(value)) walk.warnings.add(CASE_WARNING);
    writeValue(walk, value);
  }
  walk.copy(')');
}

/** A backslash escapes in MySQL's patterns and is a plain character in ours. */
function writePattern(walk: TokenWalk, pattern: SyntaxNode): void {
  walk.warnings.add(CASE_WARNING);
  if (pattern['escape'] !== undefined && pattern['escape'] !== null) {
    walk.string(textOf(pattern['value']));
    walk.copy('ESCAPE');
    walk.string(textOf(nodeOf(pattern['escape'])?.['value']));
    return;
  }
  writeOperand(walk, pattern);
  walk.write('ESCAPE');
  walk.addString('\\');
}

function writeCase(walk: TokenWalk, node: SyntaxNode): void {
  const subject = nodeOf(node['expr']);
  walk.copy('CASE');
  if (subject !== null) writeValue(walk, subject);
  for (const branch of nodesOf(node['args'])) {
    const condition = nodeOf(branch['cond']);
    if (condition === null) walk.copy('ELSE');
    else {
      walk.copy('WHEN');
      if (subject === null) writeCondition(walk, condition);
      else writeValue(walk, condition);
      walk.copy('THEN');
    }
    writeValue(walk, nodeOf(branch['result']) ?? {});
  }
  walk.copy('END');
}

import type { IntervalLiteral, Literal } from '../ast/index.ts';
import { PRECEDENCE } from '../ast/index.ts';
import { formatString, formatTypeName } from './format-name.ts';
import type { FormatRules } from './format-rules.ts';

function isPlainIntervalValue(value: IntervalLiteral['value']): boolean {
  const operand = value.kind === 'unary' && value.operator !== '~' ? value.operand : value;
  return operand.kind === 'number-literal' || operand.kind === 'string-literal';
}

function formatInterval(rules: FormatRules, { value, unit, toUnit }: IntervalLiteral): string {
  const plain = isPlainIntervalValue(value);
  const text = plain ? rules.operand(value, PRECEDENCE.sign) : `(${rules.expression(value)})`;
  const units = [unit, toUnit].filter((part) => part !== null).map((part) => part.toUpperCase());
  return ['INTERVAL', text, units.join(' TO ')].filter((part) => part !== '').join(' ');
}

/** Prints a literal. */
export function formatLiteral(rules: FormatRules, literal: Literal): string {
  switch (literal.kind) {
    case 'number-literal':
      return literal.text;
    case 'string-literal':
      return formatString(literal.value);
    case 'binary-literal':
      return `X'${literal.hex}'`;
    case 'boolean-literal':
      return literal.value ? 'TRUE' : 'FALSE';
    case 'null-literal':
      return 'NULL';
    case 'typed-literal':
      return `${formatTypeName(literal.dataType)} ${formatString(literal.value)}`;
    case 'interval-literal':
      return formatInterval(rules, literal);
  }
}

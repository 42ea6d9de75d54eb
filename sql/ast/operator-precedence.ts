import type { BinaryOperator } from './expression.ts';

/** How tightly operators bind, from loose to tight; the order is PostgreSQL's. */
export const PRECEDENCE = {
  or: 1,
  and: 2,
  not: 3,
  is: 4,
  comparison: 5,
  predicate: 6,
  other: 7,
  additive: 8,
  multiplicative: 9,
  power: 10,
  atTimeZone: 11,
  collate: 12,
  sign: 13,
  primary: 14,
} as const;

/** Precedence of every operator of two operands; all are left-associative. */
export const BINARY_PRECEDENCE: Readonly<Record<BinaryOperator, number>> = {
  '=': PRECEDENCE.comparison,
  '<>': PRECEDENCE.comparison,
  '<': PRECEDENCE.comparison,
  '<=': PRECEDENCE.comparison,
  '>': PRECEDENCE.comparison,
  '>=': PRECEDENCE.comparison,
  '||': PRECEDENCE.other,
  '&': PRECEDENCE.other,
  '|': PRECEDENCE.other,
  '<<': PRECEDENCE.other,
  '>>': PRECEDENCE.other,
  '->': PRECEDENCE.other,
  '->>': PRECEDENCE.other,
  '+': PRECEDENCE.additive,
  '-': PRECEDENCE.additive,
  '*': PRECEDENCE.multiplicative,
  '/': PRECEDENCE.multiplicative,
  '//': PRECEDENCE.multiplicative,
  '%': PRECEDENCE.multiplicative,
  '^': PRECEDENCE.power,
};

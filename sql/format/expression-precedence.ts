import { BINARY_PRECEDENCE, type Expression, PRECEDENCE } from '../ast/index.ts';

/** Returns how tightly the outermost operator of an expression binds; an operand without operators binds tightest. */
export function precedenceOf(expression: Expression): number {
  switch (expression.kind) {
    case 'logical':
      return PRECEDENCE[expression.operator];
    case 'binary':
      return BINARY_PRECEDENCE[expression.operator];
    case 'not':
      return PRECEDENCE.not;
    case 'is-null':
    case 'is-truth':
    case 'is-distinct':
      return PRECEDENCE.is;
    case 'quantified-subquery':
    case 'quantified-list':
      return PRECEDENCE.comparison;
    case 'between':
    case 'like':
    case 'in-list':
    case 'in-subquery':
      return PRECEDENCE.predicate;
    case 'at-time-zone':
      return PRECEDENCE.atTimeZone;
    case 'collate':
      return PRECEDENCE.collate;
    case 'unary':
      return PRECEDENCE.sign;
    default:
      return PRECEDENCE.primary;
  }
}

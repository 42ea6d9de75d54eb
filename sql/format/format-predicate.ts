import { type Expression, PRECEDENCE } from '../ast/index.ts';
import type { FormatRules } from './format-rules.ts';

const OPERAND = PRECEDENCE.predicate + 1;

/** Expressions that test something with words. */
export type Predicate = Extract<
  Expression,
  {
    kind:
      | 'is-null'
      | 'is-truth'
      | 'is-distinct'
      | 'between'
      | 'like'
      | 'in-list'
      | 'in-subquery'
      | 'quantified-subquery'
      | 'quantified-list'
      | 'exists';
  }
>;

/** Prints a test without parentheses around it. */
export function formatPredicate(rules: FormatRules, predicate: Predicate): string {
  const not = 'negated' in predicate && predicate.negated ? 'NOT ' : '';
  const tested = (operand: Expression): string => rules.operand(operand, PRECEDENCE.predicate);
  switch (predicate.kind) {
    case 'is-null':
      return `${rules.operand(predicate.operand, PRECEDENCE.is)} IS ${not}NULL`;
    case 'is-truth':
      return `${rules.operand(predicate.operand, PRECEDENCE.is)} IS ${not}${predicate.truth.toUpperCase()}`;
    case 'is-distinct': {
      const right = rules.operand(predicate.right, PRECEDENCE.is + 1);
      return `${rules.operand(predicate.left, PRECEDENCE.is)} IS ${not}DISTINCT FROM ${right}`;
    }
    case 'between': {
      const range = `${rules.operand(predicate.low, OPERAND)} AND ${rules.operand(predicate.high, OPERAND)}`;
      return `${tested(predicate.operand)} ${not}BETWEEN ${range}`;
    }
    case 'like': {
      const word = predicate.operator === 'similar' ? 'SIMILAR TO' : predicate.operator.toUpperCase();
      const escape = predicate.escape === null ? '' : ` ESCAPE ${rules.operand(predicate.escape, OPERAND)}`;
      return `${tested(predicate.operand)} ${not}${word} ${rules.operand(predicate.pattern, OPERAND)}${escape}`;
    }
    case 'in-list':
      return `${tested(predicate.operand)} ${not}IN (${predicate.values.map(rules.expression).join(', ')})`;
    case 'in-subquery':
      return `${tested(predicate.operand)} ${not}IN (${rules.query(predicate.query)})`;
    case 'quantified-subquery':
    case 'quantified-list': {
      const left = rules.operand(predicate.left, PRECEDENCE.comparison);
      const right = predicate.kind === 'quantified-list' ? rules.expression(predicate.list) : rules.query(predicate.query);
      return `${left} ${predicate.operator} ${predicate.quantifier.toUpperCase()} (${right})`;
    }
    case 'exists':
      return `EXISTS (${rules.query(predicate.query)})`;
  }
}

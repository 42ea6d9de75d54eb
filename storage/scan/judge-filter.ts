import type { CallExpression, Expression } from '../../spi/index.ts';
import { compareValues } from '../iceberg/value/column-value.ts';
import { successorOfPrefix } from '../iceberg/value/truncate-bound.ts';
import type { ColumnFacts } from './column-facts.ts';
import { areComparable, mayBeEqual } from './compare-facts.ts';
import { factsOfExpression } from './expression-facts.ts';
import type { FactsOf } from './gather-facts.ts';

/** Outcomes that a condition may have over a set of rows, as bits: true, false, NULL. */
export type Verdict = number;

/** The bit of outcome true. */
export const MAY_BE_TRUE = 1;
const MAY_BE_FALSE = 2;
const MAY_BE_NULL = 4;
const ANYTHING = MAY_BE_TRUE | MAY_BE_FALSE | MAY_BE_NULL;

/** The verdict on a condition that every row meets. */
export const ONLY_TRUE = MAY_BE_TRUE;

const OUTCOMES = [MAY_BE_TRUE, MAY_BE_FALSE, MAY_BE_NULL] as const;

/** Returns the outcomes that a condition may have over rows of which the facts are known.
 *  Guarantees: no outcome that some row has is missing; what is not understood may be anything. */
export function judgeFilter(expression: Expression, facts: FactsOf): Verdict {
  switch (expression.kind) {
    case 'literal':
      if (expression.value === null) return MAY_BE_NULL;
      return typeof expression.value === 'boolean' ? toVerdict(expression.value) : ANYTHING;
    case 'column':
      return judgeBoolean(facts.get(expression.id) ?? null);
    case 'in':
      return expression.items
        .map((item) => judgeComparison('eq', expression.argument, item, facts))
        .reduce((left, right) => combine(left, right, or), MAY_BE_FALSE);
    case 'call':
      return judgeCall(expression, facts);
    default:
      return ANYTHING;
  }
}

function judgeCall(call: CallExpression, facts: FactsOf): Verdict {
  const [first, second, third] = call.arguments;
  if (first === undefined) return ANYTHING;
  switch (call.function) {
    case 'and':
      return call.arguments.map((part) => judgeFilter(part, facts)).reduce((left, right) => combine(left, right, and), MAY_BE_TRUE);
    case 'or':
      return call.arguments.map((part) => judgeFilter(part, facts)).reduce((left, right) => combine(left, right, or), MAY_BE_FALSE);
    case 'not':
      return negate(judgeFilter(first, facts));
    case 'is_null':
      return judgeNull(first, facts);
    case 'is_not_null':
      return negate(judgeNull(first, facts));
    case 'is_true':
      return onlyWhen(judgeFilter(first, facts), MAY_BE_TRUE);
    case 'is_not_true':
      return negate(onlyWhen(judgeFilter(first, facts), MAY_BE_TRUE));
    case 'is_false':
      return onlyWhen(judgeFilter(first, facts), MAY_BE_FALSE);
    case 'is_not_false':
      return negate(onlyWhen(judgeFilter(first, facts), MAY_BE_FALSE));
    default:
  }
  if (second === undefined) return ANYTHING;
  switch (call.function) {
    case 'eq':
    case 'ne':
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return judgeComparison(call.function, first, second, facts);
    case 'between':
      if (third === undefined) return ANYTHING;
      return combine(judgeComparison('ge', first, second, facts), judgeComparison('le', first, third, facts), and);
    case 'like':
      return third === undefined ? judgePrefix(first, likePrefix(second), facts) : ANYTHING;
    case 'starts_with':
      return judgePrefix(first, second.kind === 'literal' && typeof second.value === 'string' ? second.value : '', facts);
    default:
      return ANYTHING;
  }
}

/** Which of less, equal and greater make each comparison true. */
const TRUE_WHEN = { eq: [0], ne: [-1, 1], lt: [-1], le: [-1, 0], gt: [1], ge: [0, 1] } as const;

function judgeComparison(operator: keyof typeof TRUE_WHEN, leftSide: Expression, rightSide: Expression, facts: FactsOf): Verdict {
  const left = factsOfExpression(leftSide, facts);
  const right = factsOfExpression(rightSide, facts);
  if (left === 'null' || right === 'null') return MAY_BE_NULL;
  if (left === null || right === null || !areComparable(left, right)) return ANYTHING;
  let verdict = left.mayBeNull || right.mayBeNull ? MAY_BE_NULL : 0;
  if (!left.mayBeValue || !right.mayBeValue) return MAY_BE_NULL;
  // Engines differ in where NaN stands, so it may compare in any way.
  if (left.mayBeNan || right.mayBeNan) return verdict | MAY_BE_TRUE | MAY_BE_FALSE;
  const possible: number[] = [];
  if (left.lower === null || right.upper === null || compareValues(left.lower, right.upper) < 0) possible.push(-1);
  if (mayBeEqual(left, right)) possible.push(0);
  if (left.upper === null || right.lower === null || compareValues(left.upper, right.lower) > 0) possible.push(1);
  const truthful: readonly number[] = TRUE_WHEN[operator];
  for (const order of possible) verdict |= truthful.includes(order) ? MAY_BE_TRUE : MAY_BE_FALSE;
  return verdict;
}

function judgeBoolean(facts: ColumnFacts | null): Verdict {
  if (facts === null) return ANYTHING;
  if (!facts.mayBeValue) return MAY_BE_NULL;
  return (facts.mayBeNull ? MAY_BE_NULL : 0) | (facts.upper === false ? 0 : MAY_BE_TRUE) | (facts.lower === true ? 0 : MAY_BE_FALSE);
}

function judgeNull(argument: Expression, facts: FactsOf): Verdict {
  const known = argument.kind === 'column' ? (facts.get(argument.id) ?? null) : null;
  if (known === null) return MAY_BE_TRUE | MAY_BE_FALSE;
  return (known.mayBeNull ? MAY_BE_TRUE : 0) | (known.mayBeValue ? MAY_BE_FALSE : 0);
}

function judgePrefix(argument: Expression, prefix: string, facts: FactsOf): Verdict {
  const known = argument.kind === 'column' ? (facts.get(argument.id) ?? null) : null;
  if (known === null || prefix === '') return ANYTHING;
  if (!known.mayBeValue) return MAY_BE_NULL;
  const end = successorOfPrefix(prefix);
  const below = known.upper !== null && compareValues(known.upper, prefix) < 0;
  const above = known.lower !== null && end !== null && compareValues(known.lower, end) >= 0;
  return (known.mayBeNull ? MAY_BE_NULL : 0) | MAY_BE_FALSE | (below || above ? 0 : MAY_BE_TRUE);
}

/** The characters before the first wildcard of a LIKE pattern. */
function likePrefix(pattern: Expression): string {
  if (pattern.kind !== 'literal' || typeof pattern.value !== 'string') return '';
  return /^[^%_]*/.exec(pattern.value)?.[0] ?? '';
}

/** Combines every pair of outcomes: the two sides are taken as independent, which can only add outcomes. */
function combine(left: Verdict, right: Verdict, operator: (left: Verdict, right: Verdict) => Verdict): Verdict {
  let verdict = 0;
  for (const a of OUTCOMES) {
    for (const b of OUTCOMES) if (left & a && right & b) verdict |= operator(a, b);
  }
  return verdict;
}

function and(left: Verdict, right: Verdict): Verdict {
  if (left === MAY_BE_FALSE || right === MAY_BE_FALSE) return MAY_BE_FALSE;
  return left === MAY_BE_NULL || right === MAY_BE_NULL ? MAY_BE_NULL : MAY_BE_TRUE;
}

function or(left: Verdict, right: Verdict): Verdict {
  return negate(and(negate(left), negate(right)));
}

function negate(verdict: Verdict): Verdict {
  return (verdict & MAY_BE_NULL) | (verdict & MAY_BE_TRUE ? MAY_BE_FALSE : 0) | (verdict & MAY_BE_FALSE ? MAY_BE_TRUE : 0);
}

/** True exactly for the outcome given, never NULL. */
function onlyWhen(verdict: Verdict, outcome: Verdict): Verdict {
  return (verdict & outcome ? MAY_BE_TRUE : 0) | (verdict & ~outcome ? MAY_BE_FALSE : 0);
}

const toVerdict = (value: boolean): Verdict => (value ? MAY_BE_TRUE : MAY_BE_FALSE);

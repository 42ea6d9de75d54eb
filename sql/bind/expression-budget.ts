import type { Expression as PlanExpression } from '../../spi/index.ts';
import { walkExpression } from '../../spi/index.ts';
import type { Span } from '../ast/index.ts';
import { bindError } from './bind-error.ts';
import type { BinderState } from './binder-state.ts';

/** Beside one for each character of the text, which are enough for what stands there; BETWEEN, CASE and aliases repeat their operands,
 *  level over level, `*` stands for all columns of the level below, and views bring their own text. */
const REPEATED_EXPRESSIONS_MAX = 50_000;

/** Counts expressions that the statement grows to.
 *  @throws SQL_TOO_DEEP when they are too many for its text */
export function chargeExpressions(state: BinderState, count: number, span: Span): void {
  const { work, context } = state;
  work.expressions += count;
  if (work.expressions <= REPEATED_EXPRESSIONS_MAX + context.text.length) return;
  const message = `the statement grows to more than ${String(work.expressions - count)} expressions`;
  throw bindError(state, 'SQL_TOO_DEEP', message, span, { hint: 'Compute what is repeated in a subquery.' });
}

/** Counts the copies that a plan gets of an expression, and returns the expression.
 *  @throws SQL_TOO_DEEP */
export function repeated(state: BinderState, expression: PlanExpression, copies: number, span: Span): PlanExpression {
  let size = 0;
  walkExpression(expression, {
    expression: () => {
      size += 1;
    },
  });
  chargeExpressions(state, size * copies, span);
  return expression;
}

/** Counts the copies that are made of a syntax tree before it is bound.
 *  @throws SQL_TOO_DEEP */
export function chargeCopies(state: BinderState, root: object, copies: number, span: Span): void {
  let size = 0;
  const pending: object[] = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if ('kind' in node) size += 1;
    for (const child of Object.values(node) as unknown[]) if (typeof child === 'object' && child !== null) pending.push(child);
  }
  chargeExpressions(state, size * copies, span);
}

import { type Expression, type PlanNode, walkExpression, walkPlan } from '../../spi/index.ts';

/** Returns whether an expression, or a part of it, meets a test. */
export function hasPart(expression: Expression, test: (part: Expression) => boolean): boolean {
  return partsOf((visit) => {
    walkExpression(expression, { expression: visit });
  }).some(test);
}

/** Returns whether an expression anywhere in a plan meets a test. */
export function planHasPart(plan: PlanNode, test: (part: Expression) => boolean): boolean {
  return partsOf((visit) => {
    walkPlan(plan, { expression: visit });
  }).some(test);
}

/** Returns the number of expressions that an expression is made of. */
export function countParts(expression: Expression): number {
  return partsOf((visit) => {
    walkExpression(expression, { expression: visit });
  }).length;
}

function partsOf(walk: (visit: (part: Expression) => void) => void): readonly Expression[] {
  const parts: Expression[] = [];
  walk((part) => {
    parts.push(part);
  });
  return parts;
}

import type { CallExpression, Expression } from '../../spi/index.ts';

/** Returns the operands of a connective and of those of the same kind inside it in one list, so that a long chain of conditions is not deep. */
export function flattenConnective(call: CallExpression): readonly Expression[] {
  const operands: Expression[] = [];
  const pending: Expression[] = [call];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.kind === 'call' && next.function === call.function) pending.push(...next.arguments.toReversed());
    else operands.push(next);
  }
  return operands;
}

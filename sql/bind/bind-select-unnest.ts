import { type Expression as PlanExpression, formatType, type PlanNode, walkExpression } from '../../spi/index.ts';
import type { FunctionCall, Span } from '../ast/index.ts';
import { bindError } from './bind-error.ts';
import { bindWithin, type CallCollector, type ExpressionContext } from './binder-state.ts';
import { settled } from './coercion.ts';
import { expressionKey } from './expression-key.ts';
import { columnExpression } from './scope.ts';

/** Takes `unnest(list)` out of the SELECT list and returns the column that carries its elements; null where it may not stand.
 *  @throws SQL_TYPE_MISMATCH */
export function bindSelectUnnest(context: ExpressionContext, node: FunctionCall): PlanExpression | null {
  const { calls, state } = context;
  const isOutput = context.place === 'SELECT' || context.place === 'ORDER BY';
  const [argument, ...more] = node.arguments;
  if (calls === null || !calls.allowWindows || !isOutput || argument === undefined || more.length > 0 || node.over !== null) return null;
  const list = settled(state, bindWithin({ ...context, place: 'an argument of unnest' }, argument.value));
  const { type } = list;
  if (type.kind !== 'list') {
    throw bindError(state, 'SQL_TYPE_MISMATCH', `unnest in the SELECT list takes a list, not ${formatType(type)}`, argument.span);
  }
  const key = expressionKey(list);
  const taken = calls.unnests.get(key) ?? {
    argument: list,
    span: argument.span,
    column: state.columns.create({ name: 'unnest', type: type.element, nullable: true }),
  };
  calls.unnests.set(key, taken);
  return columnExpression(taken.column);
}

/** Puts the elements of the lists beside each row, side by side and padded with NULL; a row whose lists are all empty goes. */
export function unnestSelected(
  input: PlanNode,
  unnests: CallCollector['unnests'],
  rewrite: (expression: PlanExpression, span: Span) => PlanExpression,
): PlanNode {
  if (unnests.size === 0) return input;
  const taken = [...unnests.values()];
  const operands = taken.map(({ argument, span }) => rewrite(argument, span));
  const right: PlanNode = { kind: 'unnest', arguments: operands, columns: taken.map(({ column }) => column), ordinality: null };
  return { kind: 'join', joinType: 'cross', left: input, right, condition: null, lateral: operands.some(readsColumn) };
}

function readsColumn(expression: PlanExpression): boolean {
  let found = false;
  walkExpression(expression, {
    expression: (part) => {
      if (part.kind === 'column') found = true;
    },
  });
  return found;
}

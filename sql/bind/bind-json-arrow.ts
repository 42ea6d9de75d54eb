import type { Expression as PlanExpression } from '../../spi/index.ts';
import { type Binary, BINARY_PRECEDENCE, type Expression, type FunctionCall, type Lambda, PRECEDENCE } from '../ast/index.ts';
import { bindError } from './bind-error.ts';
import { literal } from './bind-literal.ts';
import { callNamed } from './bind-operator.ts';
import { bindWithin, type ExpressionContext } from './binder-state.ts';

/** Binds `json -> path` (JSON text) and `json ->> path` (plain text). The path is `$.a[0]`, the name of a field, or the position of an element
 *  from 0 (negative ones from the end).
 *  @throws SQL_TYPE_MISMATCH */
export function bindJsonArrow(context: ExpressionContext, { operator, left, right, span }: Binary): PlanExpression {
  const name = operator === '->' ? 'json_extract' : 'json_extract_string';
  const operands = [bindWithin(context, left), pathOf(context, right)];
  return callNamed(context, name, operands, [left.span, right.span], span);
}

function pathOf(context: ExpressionContext, node: Expression): PlanExpression {
  const bound = bindWithin(context, node);
  if (bound.kind === 'literal' && bound.type.kind === 'integer' && typeof bound.value === 'string') {
    return literal({ kind: 'varchar' }, bound.value.startsWith('-') ? `$[#${bound.value}]` : `$[${bound.value}]`);
  }
  if (bound.type.kind !== 'integer' && bound.type.kind !== 'bigint') return bound;
  throw bindError(context.state, 'SQL_TYPE_MISMATCH', 'a computed position in JSON must be a path', node.span, {
    hint: "Write json_extract(j, '$[' || i || ']').",
  });
}

/** Reads what looks like a lambda as the operator, for calls of functions that take no lambdas: `lower(j -> 'a')`. */
export function withoutLambdas(context: ExpressionContext, node: FunctionCall): FunctionCall {
  if (node.arguments.every((argument) => argument.value.kind !== 'lambda')) return node;
  const values = node.arguments.map((argument) => {
    const { value } = argument;
    if (value.kind !== 'lambda') return argument;
    if (value.parameters.length > 1) {
      const message = `${node.name.parts.at(-1)?.name ?? ''} does not take a lambda`;
      throw bindError(context.state, 'SQL_TYPE_MISMATCH', message, value.span);
    }
    return { ...argument, value: arrowOf(value) };
  });
  return { ...node, arguments: values };
}

function arrowOf({ parameters, body }: Lambda): Expression {
  const span = parameters[0]?.span ?? body.span;
  return attach({ kind: 'column-reference', parts: parameters, span }, body);
}

/** Puts the left operand to the first one of what was read as the lambda's body: the arrow binds tighter than comparisons. */
function attach(left: Expression, body: Expression): Expression {
  const span = { start: left.span.start, end: body.span.end };
  switch (body.kind) {
    case 'binary':
      if (BINARY_PRECEDENCE[body.operator] > PRECEDENCE.other) break;
      return { ...body, left: attach(left, body.left), span };
    case 'is-null':
    case 'is-truth':
    case 'between':
    case 'like':
    case 'in-list':
    case 'in-subquery':
      return { ...body, operand: attach(left, body.operand), span };
    case 'is-distinct':
      return { ...body, left: attach(left, body.left), span };
    case 'logical':
      return { ...body, operands: body.operands.map((operand, index) => (index === 0 ? attach(left, operand) : operand)), span };
    default:
  }
  return { kind: 'binary', operator: '->', left, right: body, span };
}

import type { DataType, Expression as PlanExpression } from '../../spi/index.ts';
import type { Collate, Expression } from '../ast/index.ts';
import { unsupported } from './bind-error.ts';
import { bindWithin, type ExpressionContext } from './binder-state.ts';
import { coerce } from './coercion.ts';

const VARCHAR: DataType = { kind: 'varchar' };
/** By what a collation compares texts: the functions put around them, in order. */
const COLLATIONS: Readonly<Record<string, readonly string[]>> = {
  binary: [],
  c: [],
  posix: [],
  ucs_basic: [],
  nocase: ['lower'],
  noaccent: ['strip_accents'],
};

/** Returns the functions by which a collation compares; names may be joined by a point, as in `noaccent.nocase`.
 *  @throws SQL_UNSUPPORTED for a collation of another name */
export function collationFunctions(context: ExpressionContext, node: Collate): readonly string[] {
  return node.collation.parts.flatMap((part) => {
    const name = part.name.toLowerCase();
    const found = Object.hasOwn(COLLATIONS, name) ? COLLATIONS[name] : undefined;
    if (found !== undefined) return found;
    const known = Object.keys(COLLATIONS).join(', ');
    throw unsupported(context.state, `the collation ${part.name}`, part.span, `There are ${known}.`);
  });
}

/** Binds an expression whose order or equality counts, so that a COLLATE around it may say how it is compared. */
export function bindCollated(context: ExpressionContext, node: Expression): PlanExpression {
  if (node.kind !== 'collate') return bindWithin(context, node);
  return collated(context, bindWithin(context, node.operand), collationFunctions(context, node), node);
}

/** Returns what a text is compared by. */
export function collated(
  context: ExpressionContext,
  operand: PlanExpression,
  functions: readonly string[],
  node: Expression,
): PlanExpression {
  const text = coerce(context.state, operand, VARCHAR, node.span);
  return functions.reduce((inner, name): PlanExpression => ({ kind: 'call', function: name, arguments: [inner], type: VARCHAR }), text);
}

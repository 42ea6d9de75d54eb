import type { Expression as PlanExpression } from '../../spi/index.ts';
import type { Expression, Literal, Parameter } from '../ast/index.ts';
import { bindBetween, bindDistinctness, bindInList, predicate } from './bind-comparison.ts';
import { bindCase, bindCast, bindColumnReference } from './bind-conditional.ts';
import { bindError, unsupported } from './bind-error.ts';
import { bindFunctionCall } from './bind-function.ts';
import { bindCollated, collationFunctions } from './bind-collation.ts';
import { chargeExpressions } from './expression-budget.ts';
import { bindJsonArrow } from './bind-json-arrow.ts';
import { bindLiteral } from './bind-literal.ts';
import { bindFieldAccess, bindList, bindMap, bindSlice, bindStruct, bindSubscript } from './bind-nested.ts';
import { bindAtTimeZone, bindBinary, bindCondition, bindLike, bindLogical, bindTruth, bindUnary } from './bind-operator.ts';
import { bindExtract } from './bind-special-form.ts';
import { bindExists, bindInSubquery, bindListSubquery, bindQuantified, bindQuantifiedList, bindScalarSubquery } from './bind-subquery.ts';
import { bindWithin, type ExpressionContext } from './binder-state.ts';

type HandledKind =
  | Literal['kind']
  | Parameter['kind']
  | 'column-reference'
  | 'unary'
  | 'binary'
  | 'logical'
  | 'not'
  | 'is-null'
  | 'is-truth'
  | 'is-distinct'
  | 'between'
  | 'like'
  | 'in-list';

/** As high as the parser lets a tree be; aliases of the SELECT list and views put trees into each other. */
const DEPTH_MAX = 750;

/** Binds an expression: resolves its names, gives it a type and writes implicit casts out.
 *  @throws SQL_* for everything that is wrong with it, with its place */
export function bindExpression(context: ExpressionContext, node: Expression): PlanExpression {
  const { work } = context.state;
  chargeExpressions(context.state, 1, node.span);
  if (work.depth === DEPTH_MAX) {
    const message = `aliases or views put expressions into each other more than ${String(DEPTH_MAX)} levels deep`;
    throw bindError(context.state, 'SQL_TOO_DEEP', message, node.span);
  }
  work.depth += 1;
  const bound = bindCommon(context, node);
  work.depth -= 1;
  return bound;
}

function bindCommon(context: ExpressionContext, node: Expression): PlanExpression {
  switch (node.kind) {
    case 'number-literal':
    case 'string-literal':
    case 'binary-literal':
    case 'boolean-literal':
    case 'null-literal':
    case 'typed-literal':
    case 'interval-literal':
      return bindLiteral(context, node);
    case 'numbered-parameter':
    case 'named-parameter':
      return context.state.parameters.use(context.state, node);
    case 'column-reference':
      return bindColumnReference(context, node);
    case 'unary':
      return bindUnary(context, node);
    case 'binary':
      return node.operator === '->' || node.operator === '->>' ? bindJsonArrow(context, node) : bindBinary(context, node);
    case 'logical':
      return bindLogical(context, node);
    case 'not':
      return predicate('not', bindCondition(context, node.operand));
    case 'is-null':
      return predicate(node.negated ? 'is_not_null' : 'is_null', bindWithin(context, node.operand));
    case 'is-truth':
      return bindTruth(context, node);
    case 'is-distinct':
      return bindDistinctness(context, node);
    case 'between':
      return bindBetween(context, node);
    case 'like':
      return bindLike(context, node);
    case 'in-list':
      return bindInList(context, node);
    default:
      return bindOther(context, node);
  }
}

function bindOther(context: ExpressionContext, node: Exclude<Expression, { readonly kind: HandledKind }>): PlanExpression {
  switch (node.kind) {
    case 'in-subquery':
      return bindInSubquery(context, node);
    case 'quantified-subquery':
      return bindQuantified(context, node);
    case 'quantified-list':
      return bindQuantifiedList(context, node);
    case 'exists':
      return bindExists(context, node);
    case 'scalar-subquery':
      return bindScalarSubquery(context, node);
    case 'list-subquery':
      return bindListSubquery(context, node);
    case 'case':
      return bindCase(context, node);
    case 'cast':
      return bindCast(context, node);
    case 'extract':
      return bindExtract(context, node);
    case 'at-time-zone':
      return bindAtTimeZone(context, node);
    case 'list':
      return bindList(context, node);
    case 'struct':
      return bindStruct(context, node);
    case 'map':
      return bindMap(context, node);
    case 'subscript':
      return bindSubscript(context, node);
    case 'slice':
      return bindSlice(context, node);
    case 'field-access':
      return bindFieldAccess(context, node);
    case 'function-call':
      return bindFunctionCall(context, node);
    case 'collate':
      if (collationFunctions(context, node).length === 0) return bindCollated(context, node);
      throw unsupported(
        context.state,
        'COLLATE as a value',
        node.span,
        'It may stand in ORDER BY, comparisons and IN; else use lower(..).',
      );
    case 'row':
      throw unsupported(context.state, 'a row as a value', node.span, "Write a struct such as {'a': 1}.");
    case 'lambda':
      throw unsupported(context.state, 'a lambda', node.span);
    case 'default-value':
      throw unsupported(context.state, 'DEFAULT here', node.span);
  }
}

import { expressionOperands, type Expression } from '../../spi/index.ts';
import { functionByName } from '../functions/index.ts';
import type { ColumnRegistry } from './column-registry.ts';

/** Returns whether an expression may be NULL, as far as the types of its parts tell. */
export function mayBeNull(columns: ColumnRegistry, expression: Expression): boolean {
  switch (expression.kind) {
    case 'column':
      return columns.isNullable(expression.id);
    case 'literal':
      return expression.value === null;
    case 'call':
      return callMayBeNull(columns, expression.function, expression.arguments);
    case 'cast':
      return expression.safe || mayBeNull(columns, expression.argument);
    case 'case':
      return (
        expression.otherwise === null ||
        mayBeNull(columns, expression.otherwise) ||
        expression.branches.some((branch) => mayBeNull(columns, branch.then))
      );
    case 'in':
      return expressionOperands(expression).some((operand) => mayBeNull(columns, operand));
    case 'struct':
    case 'lambda':
    case 'exists':
      return false;
    case 'parameter':
    case 'field':
    case 'scalar_subquery':
    case 'in_subquery':
    case 'quantified':
      return true;
  }
}

function callMayBeNull(columns: ColumnRegistry, name: string, operands: readonly Expression[]): boolean {
  if (name === 'coalesce') return operands.every((operand) => mayBeNull(columns, operand));
  const behaviour = name === 'and' || name === 'or' ? 'propagates' : functionByName(name)?.nullBehaviour;
  if (behaviour === 'never_null') return false;
  return behaviour === 'propagates' ? operands.some((operand) => mayBeNull(columns, operand)) : true;
}

import { type Expression, formatType, type PlanNode } from '../../spi/index.ts';

/** Names of columns by id, as far as they are known. */
export type ColumnNames = Map<number, string>;

const SIGNS: Readonly<Record<string, string>> = {
  add: '+',
  subtract: '-',
  multiply: '*',
  divide: '/',
  int_divide: '//',
  modulo: '%',
  eq: '=',
  ne: '<>',
  lt: '<',
  le: '<=',
  gt: '>',
  ge: '>=',
  and: 'and',
  or: 'or',
  like: 'like',
  concat_op: '||',
};

/** Returns an expression as short text for people. Plans of subqueries are put into `subqueries` and referred to by number. */
export function formatExpression(expression: Expression, names: ColumnNames, subqueries: PlanNode[]): string {
  const text = (operand: Expression): string => formatExpression(operand, names, subqueries);
  const list = (operands: readonly Expression[]): string => operands.map(text).join(', ');
  const subquery = (plan: PlanNode): string => `subquery ${String(subqueries.push(plan))}`;
  switch (expression.kind) {
    case 'column':
      return `${names.get(expression.id) ?? 'outer'}#${String(expression.id)}`;
    case 'literal':
      return expression.value === null
        ? 'null'
        : typeof expression.value === 'boolean'
          ? String(expression.value)
          : `'${expression.value}'`;
    case 'parameter':
      return `$${String(expression.index + 1)}`;
    case 'call': {
      const sign = SIGNS[expression.function];
      const isInfix = sign !== undefined && expression.arguments.length > 1;
      return isInfix ? `(${expression.arguments.map(text).join(` ${sign} `)})` : `${expression.function}(${list(expression.arguments)})`;
    }
    case 'cast':
      return `${expression.safe ? 'try_cast' : 'cast'}(${text(expression.argument)} as ${formatType(expression.type)})`;
    case 'case': {
      const branches = expression.branches.map((branch) => `when ${text(branch.when)} then ${text(branch.then)}`).join(' ');
      return `case ${branches}${expression.otherwise === null ? '' : ` else ${text(expression.otherwise)}`} end`;
    }
    case 'in':
      return `${text(expression.argument)} in (${list(expression.items)})`;
    case 'struct':
      return `struct(${list(expression.values)})`;
    case 'field':
      return `${text(expression.argument)}.${expression.name}`;
    case 'lambda':
      return `(${expression.parameters.map((parameter) => `${parameter.name}#${String(parameter.id)}`).join(', ')}) -> ${text(expression.body)}`;
    case 'scalar_subquery':
      return `(${subquery(expression.plan)})`;
    case 'exists':
      return `exists (${subquery(expression.plan)})`;
    case 'in_subquery':
      return `(${list(expression.arguments)}) in (${subquery(expression.plan)})`;
    case 'quantified':
      return `${text(expression.argument)} ${SIGNS[expression.operator] ?? expression.operator} ${expression.quantifier} (${subquery(expression.plan)})`;
  }
}

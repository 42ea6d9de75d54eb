import { assert, type CallExpression, type Expression, type LambdaExpression, PlatformError } from '../../spi/index.ts';
import { DUCKDB_SCALAR_FUNCTIONS } from './duckdb-scalar-functions.ts';
import { flattenConnective } from './flatten-connective.ts';
import { printCast } from './print-cast.ts';
import type { PrintContext } from './print-context.ts';
import { printLiteral } from './print-literal.ts';
import { printExists, printInSubquery, printQuantified, printScalarSubquery } from './print-subquery.ts';
import { printType } from './print-type.ts';
import { quoteName, quoteText } from './quote.ts';
import { columnName, readColumn } from './column-name.ts';

/** Prints one value over its printed operands; the text stands by itself.
 *  @throws SQL_TOO_DEEP, ENGINE_UNSUPPORTED, SQL_INVALID_VALUE */
export function printExpression(context: PrintContext, expression: Expression): string {
  switch (expression.kind) {
    case 'column':
      return readColumn(context, expression.id);
    case 'literal':
      return printLiteral(expression);
    case 'parameter':
      return `CAST($${String(parameterPlace(context, expression.index))} AS ${printType(expression.type)})`;
    case 'call':
      return printCall(context, expression);
    case 'cast':
      return printCast(context.expression(expression.argument), expression, context.session);
    case 'case': {
      const branches = expression.branches.map(({ when, then }) => `WHEN ${context.expression(when)} THEN ${context.expression(then)}`);
      const otherwise = expression.otherwise === null ? '' : ` ELSE ${context.expression(expression.otherwise)}`;
      return `CASE ${branches.join(' ')}${otherwise} END`;
    }
    case 'in': {
      if (expression.items.length === 0) return 'false';
      const items = expression.items.map((item) => context.expression(item));
      return `(${context.expression(expression.argument)} IN (${items.join(', ')}))`;
    }
    case 'struct': {
      const { type, values } = expression;
      assert(type.kind === 'struct', 'a struct expression has a struct type');
      const fields = type.fields.map((field, index) => `${quoteName(field.name)} := ${printOperand(context, values[index])}`);
      return `struct_pack(${fields.join(', ')})`;
    }
    case 'field':
      return `struct_extract(${context.expression(expression.argument)}, ${quoteText(expression.name)})`;
    case 'lambda':
      return printLambda(context, expression);
    case 'scalar_subquery':
      return printScalarSubquery(context, expression);
    case 'exists':
      return printExists(context, expression);
    case 'in_subquery':
      return printInSubquery(context, expression);
    case 'quantified':
      return printQuantified(context, expression);
  }
}

/** Lambda parameters are named like columns: their ids are unique too. */
function printLambda(context: PrintContext, { parameters, body }: LambdaExpression): string {
  for (const { id } of parameters) context.columnSql.set(id, columnName(id));
  return `lambda ${parameters.map(({ id }) => columnName(id)).join(', ')}: ${context.expression(body)}`;
}

function printOperand(context: PrintContext, operand: Expression | undefined): string {
  assert(operand !== undefined, 'a struct has a value for each field');
  return context.expression(operand);
}

function parameterPlace(context: PrintContext, slot: number): number {
  const known = context.parameterSlots.indexOf(slot);
  return known >= 0 ? known + 1 : context.parameterSlots.push(slot);
}

/** Results that DuckDB may give in another type than the plan says are cast; a cast to the same type costs nothing there. */
function printCall(context: PrintContext, call: CallExpression): string {
  const form = DUCKDB_SCALAR_FUNCTIONS.get(call.function);
  if (form === undefined) throw new PlatformError('ENGINE_UNSUPPORTED', `DuckDB has no function for '${call.function}'`);
  const operands = call.function === 'and' || call.function === 'or' ? flattenConnective(call) : call.arguments;
  const args = operands.map((argument) => context.expression(argument));
  const text = form(args, { arguments: operands, types: operands.map((argument) => argument.type), session: context.session });
  const exact = call.type.kind === 'boolean' || call.type.kind === 'varchar' || call.type.kind === 'null';
  return exact ? text : `CAST(${text} AS ${printType(call.type)})`;
}

import type {
  ExistsExpression,
  Expression,
  InSubqueryExpression,
  PlanNode,
  QuantifiedExpression,
  ScalarSubqueryExpression,
} from '../../spi/index.ts';
import { flattenConnective } from './flatten-connective.ts';
import type { PrintContext } from './print-context.ts';
import { readColumn } from './column-name.ts';
import { isLimited, renderSelect } from './select-block.ts';

const SIGNS: Readonly<Record<QuantifiedExpression['operator'], string>> = { eq: '=', ne: '<>', lt: '<', le: '<=', gt: '>', ge: '>=' };

/** Prints a subquery of one column as a value. */
export function printScalarSubquery(context: PrintContext, { plan, columnId }: ScalarSubqueryExpression): string {
  return `(${selectOf(context, plan, [columnId])})`;
}

/** Prints a test for rows. */
export function printExists(context: PrintContext, { plan }: ExistsExpression): string {
  return `EXISTS (${selectOf(context, plan, [])})`;
}

/** Prints a comparison with all rows of a subquery. */
export function printQuantified(context: PrintContext, { argument, operator, quantifier, plan, columnId }: QuantifiedExpression): string {
  const value = context.expression(argument);
  return `(${value} ${SIGNS[operator]} ${quantifier.toUpperCase()} (${selectOf(context, plan, [columnId])}))`;
}

/** Prints membership in a subquery as a value. DuckDB's IN over rows takes a row that differs in one column and is unknown in
 *  another for unknown, where SQL says false; so rows are compared column by column. */
export function printInSubquery(context: PrintContext, expression: InSubqueryExpression): string {
  const { plan, columnIds } = expression;
  if (columnIds.length === 1) return printMembership(context, expression);
  const values = expression.arguments.map((argument) => context.expression(argument));
  const block = context.node(plan);
  const items = columnIds.map((id) => `${readColumn(context, id)} AS m${String(id)}`);
  const equal = columnIds.map((id, index) => `(${values[index] ?? ''} = m${String(id)})`).join(' AND ');
  const verdict = `CASE WHEN bool_or(${equal}) THEN true WHEN bool_or((${equal}) IS NULL) THEN NULL ELSE false END`;
  return `(SELECT ${verdict} FROM (${renderSelect(block, items)}) AS ${context.newAlias()})`;
}

/** Prints a condition of which only "true" counts: there DuckDB's own IN over rows, which it runs as a hash join, is right too. */
export function printPredicate(context: PrintContext, predicate: Expression): string {
  if (predicate.kind === 'call' && predicate.function === 'and') {
    return `(${flattenConnective(predicate)
      .map((argument) => printPredicate(context, argument))
      .join(' AND ')})`;
  }
  return predicate.kind === 'in_subquery' ? printMembership(context, predicate) : context.expression(predicate);
}

function printMembership(context: PrintContext, expression: InSubqueryExpression): string {
  const values = expression.arguments.map((argument) => context.expression(argument));
  const value = values.length === 1 ? (values[0] ?? '') : `(${values.join(', ')})`;
  return `(${value} IN (${selectOf(context, expression.plan, expression.columnIds)}))`;
}

function selectOf(context: PrintContext, plan: PlanNode, ids: readonly number[]): string {
  const block = context.node(plan);
  const items = ids.map((id) => readColumn(context, id));
  return renderSelect(isLimited(block) ? block : { ...block, order: [] }, items);
}

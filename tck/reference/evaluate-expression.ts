import type { CallExpression, Expression, PlanNode, QuantifiedExpression, SortKey } from '../../spi/index.ts';
import { parseValue } from '../value/parse-value.ts';
import type { Value } from '../value/value.ts';
import { castValue } from './cast-value.ts';
import { compareValues } from './compare-values.ts';
import { SCALARS } from './scalar-functions.ts';
import { type Row, type Scope, unknownPart } from './scope.ts';

/** Returns the value of an expression over a row, one operand after the other.
 *  @throws SQL_*, ENGINE_UNSUPPORTED for what the reference does not know */
export function evaluate(expression: Expression, row: Row, scope: Scope): Value {
  switch (expression.kind) {
    case 'column':
      return row.get(expression.id) ?? null;
    case 'literal':
      return parseValue(expression.value, expression.type);
    case 'parameter':
      return parseValue(scope.parameters[expression.index] ?? null, expression.type);
    case 'call':
      return evaluateCall(expression, row, scope);
    case 'cast': {
      const value = evaluate(expression.argument, row, scope);
      return value === null || expression.safe ? safeNull(value) : castValue(value, expression.argument.type, expression.type);
    }
    case 'case': {
      const branch = expression.branches.find(({ when }) => evaluate(when, row, scope) === true);
      if (branch !== undefined) return evaluate(branch.then, row, scope);
      return expression.otherwise === null ? null : evaluate(expression.otherwise, row, scope);
    }
    case 'in': {
      const { argument, items } = expression;
      return anyOf(items.map((item) => compareTo('eq', argument, evaluate(argument, row, scope), evaluate(item, row, scope))));
    }
    case 'struct':
      return expression.values.map((value) => evaluate(value, row, scope));
    case 'field': {
      const value = evaluate(expression.argument, row, scope);
      const { type } = expression.argument;
      if (type.kind !== 'struct') return unknownPart('fields of what is no struct');
      return value === null ? null : ((value as readonly Value[])[type.fields.findIndex(({ name }) => name === expression.name)] ?? null);
    }
    default:
      return evaluateSubquery(expression, row, scope);
  }
}

function safeNull(value: Value): Value {
  return value === null ? null : unknownPart('TRY_CAST');
}

function evaluateSubquery(
  expression: Extract<Expression, { plan: PlanNode }> | Extract<Expression, { kind: 'lambda' }>,
  row: Row,
  scope: Scope,
): Value {
  if (expression.kind === 'lambda') return unknownPart('a lambda here');
  const rows = scope.evaluatePlan(expression.plan, row, scope);
  switch (expression.kind) {
    case 'exists':
      return rows.length > 0;
    case 'scalar_subquery':
      if (rows.length > 1) return unknownPart('a scalar subquery of several rows');
      return rows[0]?.get(expression.columnId) ?? null;
    case 'in_subquery': {
      const values = expression.arguments.map((argument) => evaluate(argument, row, scope));
      return anyOf(
        rows.map((inner) =>
          allOf(
            expression.arguments.map((argument, index) =>
              compareTo('eq', argument, values[index] ?? null, inner.get(expression.columnIds[index] ?? -1) ?? null),
            ),
          ),
        ),
      );
    }
    case 'quantified':
      return evaluateQuantified(expression, rows, row, scope);
  }
}

function evaluateQuantified(
  { argument, operator, quantifier, columnId }: QuantifiedExpression,
  rows: readonly Row[],
  row: Row,
  scope: Scope,
): Value {
  const value = evaluate(argument, row, scope);
  const truths = rows.map((inner) => compareTo(operator, argument, value, inner.get(columnId) ?? null));
  return quantifier === 'any' ? anyOf(truths) : allOf(truths);
}

function evaluateCall(call: CallExpression, row: Row, scope: Scope): Value {
  const { arguments: operands } = call;
  const value = (index: number): Value => (operands[index] === undefined ? null : evaluate(operands[index], row, scope));
  switch (call.function) {
    case 'and':
      return allOf(operands.map((_, index) => value(index)));
    case 'or':
      return anyOf(operands.map((_, index) => value(index)));
    case 'is_null':
      return value(0) === null;
    case 'is_not_null':
      return value(0) !== null;
    case 'is_true':
      return value(0) === true;
    case 'is_not_true':
      return value(0) !== true;
    case 'is_false':
      return value(0) === false;
    case 'is_not_false':
      return value(0) !== false;
    case 'coalesce':
      return operands.map((_, index) => value(index)).find((each) => each !== null) ?? null;
    case 'nullif':
      return compareTo('eq', operands[0], value(0), value(1)) === true ? null : value(0);
    case 'is_distinct_from':
    case 'is_not_distinct_from': {
      const same = operands[0] !== undefined && compareValues(value(0), value(1), operands[0].type) === 0;
      return same === (call.function === 'is_not_distinct_from');
    }
    case 'list_transform':
      return transformList(call, row, scope);
  }
  const scalar = Object.hasOwn(SCALARS, call.function) ? SCALARS[call.function] : undefined;
  if (scalar === undefined) return unknownPart(`${call.function}()`);
  const values: NonNullable<Value>[] = [];
  for (const operand of operands) {
    const one = evaluate(operand, row, scope);
    if (one === null) return null;
    values.push(one);
  }
  return scalar(
    values,
    operands.map(({ type }) => type),
    call.type,
  );
}

function transformList({ arguments: [list, lambda] }: CallExpression, row: Row, scope: Scope): Value {
  if (list === undefined || lambda?.kind !== 'lambda' || lambda.parameters.length !== 1)
    return unknownPart('this form of list_transform()');
  const items = evaluate(list, row, scope) as readonly Value[] | null;
  const id = lambda.parameters[0]?.id ?? -1;
  return items?.map((item) => evaluate(lambda.body, new Map(row).set(id, item), scope)) ?? null;
}

function compareTo(operator: QuantifiedExpression['operator'], typed: Expression | undefined, left: Value, right: Value): Value {
  if (left === null || right === null || typed === undefined) return null;
  return SCALARS[operator]?.([left, right], [typed.type, typed.type], { kind: 'boolean' }) ?? null;
}

/** Truth of a disjunction: NULL stands for unknown. */
function anyOf(truths: readonly Value[]): Value {
  return truths.includes(true) ? true : truths.includes(null) ? null : false;
}

function allOf(truths: readonly Value[]): Value {
  return truths.includes(false) ? false : truths.includes(null) ? null : true;
}

/** Returns rows in the order of keys. */
export function sortRows(rows: readonly Row[], keys: readonly SortKey[], scope: Scope): readonly Row[] {
  const keyed = rows.map((row) => ({ row, values: keys.map(({ expression }) => evaluate(expression, row, scope)) }));
  return keyed.toSorted((left, right) => compareKeys(keys, left.values, right.values)).map(({ row }) => row);
}

/** Returns the order of the values of sort keys of two rows. */
export function compareKeys(keys: readonly SortKey[], left: readonly Value[], right: readonly Value[]): number {
  for (const [index, { expression, descending, nullsFirst }] of keys.entries()) {
    const [one, other] = [left[index] ?? null, right[index] ?? null];
    if (one === null && other === null) continue;
    if (one === null || other === null) return (one === null) === nullsFirst ? -1 : 1;
    const order = compareValues(one, other, expression.type);
    if (order !== 0) return descending ? -order : order;
  }
  return 0;
}

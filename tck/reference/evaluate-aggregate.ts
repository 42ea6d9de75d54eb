import type { AggregateCall, AggregateNode } from '../../spi/index.ts';
import type { Value } from '../value/value.ts';
import { compareValues, keyText } from './compare-values.ts';
import { evaluate } from './evaluate-expression.ts';
import { inRange, type Row, type Scope, unknownPart } from './scope.ts';

/** Returns the rows of an aggregation. */
export function evaluateAggregate(node: AggregateNode, outer: Row, scope: Scope): readonly Row[] {
  const input = scope
    .evaluatePlan(node.input, outer, scope)
    .map((row) => ({ row, keys: node.groups.map(({ expression }) => evaluate(expression, row, scope)) }));
  const sets = node.groupingSets ?? [node.groups.map((_, index) => index)];
  return sets.flatMap((set) => {
    const groups = new Map<string, { readonly keys: readonly Value[]; readonly rows: Row[] }>();
    if (set.length === 0) groups.set('', { keys: node.groups.map(() => null), rows: [] });
    for (const { row, keys } of input) {
      const kept = keys.map((key, index) => (set.includes(index) ? key : null));
      const text = kept.map((key, index) => (set.includes(index) ? keyText(key) : '')).join('|');
      const name = set.length === 0 ? '' : text;
      const group = groups.get(name) ?? { keys: kept, rows: [] };
      groups.set(name, group);
      group.rows.push(row);
    }
    return [...groups.values()].map(({ keys, rows }) => {
      const values = new Map(outer);
      node.groups.forEach(({ id }, index) => values.set(id, keys[index] ?? null));
      for (const { id, call } of node.aggregates) values.set(id, aggregateValue(call, rows, scope));
      return values;
    });
  });
}

/** Returns the value of an aggregate function over rows.
 *  @throws SQL_OVERFLOW, ENGINE_UNSUPPORTED for what the reference does not know */
export function aggregateValue(call: AggregateCall, rows: readonly Row[], scope: Scope): Value {
  const { filter } = call;
  const kept = filter === null ? rows : rows.filter((row) => evaluate(filter, row, scope) === true);
  if (call.function === 'count_star') return BigInt(kept.length);
  const [argument] = call.arguments;
  if (argument === undefined || call.arguments.length > 1) return unknownPart(`${call.function}()`);
  const all = kept.map((row) => evaluate(argument, row, scope)).filter((value) => value !== null);
  const values = call.distinct ? [...new Map(all.map((value) => [keyText(value), value])).values()] : all;
  const best = (sign: number): Value =>
    values.reduce<Value>((most, value) => (most === null || sign * compareValues(value, most, argument.type) > 0 ? value : most), null);
  switch (call.function) {
    case 'count':
      return BigInt(values.length);
    case 'count_if':
      return BigInt(values.filter((value) => value === true).length);
    case 'min':
      return best(-1);
    case 'max':
      return best(1);
    case 'sum':
      return sumOf(values, call);
    case 'avg':
      if (values.length === 0) return null;
      if (argument.type.kind === 'decimal') return unknownPart('avg() of decimals');
      return values.reduce<number>((sum, value) => sum + Number(value), 0) / values.length;
    case 'bool_and':
      return values.length === 0 ? null : !values.includes(false);
    case 'bool_or':
      return values.length === 0 ? null : values.includes(true);
    default:
      return unknownPart(`${call.function}()`);
  }
}

function sumOf(values: readonly Value[], { type }: AggregateCall): Value {
  if (values.length === 0) return null;
  if (type.kind === 'double') return values.reduce<number>((sum, value) => sum + Number(value), 0);
  return inRange(
    values.reduce<bigint>((sum, value) => sum + (value as bigint), 0n),
    type,
  );
}

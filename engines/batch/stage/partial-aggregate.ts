import {
  type AggregateCall,
  type AggregateColumn,
  type AggregateNode,
  type CallExpression,
  type DataType,
  type Expression,
  type ProjectColumn,
} from '../../../spi/index.ts';
import { type Planner, reading } from './planner.ts';

/** An aggregation in two steps: over the pieces, then over what the pieces gave. */
export interface PartialAggregate {
  /** Computed over each piece. */
  readonly partials: readonly AggregateColumn[];
  /** Computed over the partials of a group. */
  readonly merges: readonly AggregateColumn[];
  /** The columns of the whole, computed from the merges. */
  readonly results: readonly ProjectColumn[];
}

const BIGINT: DataType = { kind: 'bigint' };
const DOUBLE: DataType = { kind: 'double' };

/** Functions that are their own merge. */
const OWN_MERGE: ReadonlySet<string> = new Set([
  'min',
  'max',
  'any_value',
  'bool_and',
  'bool_or',
  'bit_and_agg',
  'bit_or_agg',
  'bit_xor_agg',
]);
const COUNTS: ReadonlySet<string> = new Set(['count', 'count_star', 'count_if']);

/** Returns how an aggregation is computed in two steps, null when one of its functions needs all rows of a group together.
 *  Sums of exact numbers stay exact: their partial type is so wide that no sum of stored values leaves it. Sums and averages of doubles may
 *  differ from a single pass in their last digits. */
export function partialAggregate(planner: Planner, node: AggregateNode): PartialAggregate | null {
  const parts = node.aggregates.map((column) => partsOf(planner, column));
  const known = parts.filter((part) => part !== null);
  if (known.length < parts.length) return null;
  return {
    partials: known.flatMap((part) => part.partials),
    merges: known.flatMap((part) => part.merges),
    results: known.flatMap((part) => part.results),
  };
}

function partsOf(planner: Planner, column: AggregateColumn): PartialAggregate | null {
  const { call } = column;
  if (call.distinct || call.orderBy.length > 0) return null;
  if (COUNTS.has(call.function)) return through(planner, column, call, 'sum');
  if (OWN_MERGE.has(call.function)) return through(planner, column, call, call.function);
  if (call.function === 'sum') {
    const type = sumType(call.arguments[0]?.type);
    return type === null ? null : through(planner, column, { ...call, type }, 'sum');
  }
  return call.function === 'avg' ? average(planner, column) : null;
}

function through(planner: Planner, column: AggregateColumn, partial: AggregateCall, merge: string): PartialAggregate {
  const piece = { ...planner.newColumn({ name: 'part', type: partial.type, nullable: true }), call: partial };
  const whole = planner.newColumn({ name: 'whole', type: column.type, nullable: column.nullable });
  return {
    partials: [piece],
    merges: [{ ...whole, call: mergeCall(merge, reading(piece), column.call.type) }],
    results: [resultColumn(column, reading(whole))],
  };
}

/** A mean is a sum over a count; of exact numbers the sum is exact. */
function average(planner: Planner, column: AggregateColumn): PartialAggregate | null {
  const [argument] = column.call.arguments;
  if (argument === undefined || column.type.kind !== 'double') return null;
  const value = exactArgument(argument);
  const type = sumType(value.type);
  if (type === null) return null;
  const total = {
    ...planner.newColumn({ name: 'total', type, nullable: true }),
    call: { ...column.call, function: 'sum', arguments: [value], type },
  };
  const count = {
    ...planner.newColumn({ name: 'count', type: BIGINT, nullable: false }),
    call: { ...column.call, function: 'count', arguments: [value], type: BIGINT },
  };
  const totals = { ...planner.newColumn({ name: 'total', type, nullable: true }), call: mergeCall('sum', reading(total), type) };
  const counts = { ...planner.newColumn({ name: 'count', type: BIGINT, nullable: false }), call: mergeCall('sum', reading(count), BIGINT) };
  return {
    partials: [total, count],
    merges: [totals, counts],
    results: [resultColumn(column, divide(asDouble(reading(totals)), asDouble(reading(counts))))],
  };
}

function resultColumn({ id, name, type, nullable }: AggregateColumn, expression: Expression): ProjectColumn {
  return { id, name, type, nullable, expression };
}

/** The value before its cast to double, where it is exact. */
function exactArgument(argument: Expression): Expression {
  const exact = argument.kind === 'cast' && !argument.safe && argument.type.kind === 'double' && isExact(argument.argument.type);
  return exact ? argument.argument : argument;
}

function isExact(type: DataType): boolean {
  return type.kind === 'integer' || type.kind === 'bigint' || type.kind === 'decimal';
}

function sumType(type: DataType | undefined): DataType | null {
  switch (type?.kind) {
    case 'integer':
    case 'bigint':
      return { kind: 'decimal', precision: 38, scale: 0 };
    case 'decimal':
      return { kind: 'decimal', precision: 38, scale: type.scale };
    case 'real':
    case 'double':
      return DOUBLE;
    default:
      return null;
  }
}

function mergeCall(name: string, argument: Expression, type: DataType): AggregateCall {
  return { function: name, arguments: [argument], distinct: false, filter: null, orderBy: [], type };
}

function asDouble(argument: Expression): Expression {
  return argument.type.kind === 'double' ? argument : { kind: 'cast', argument, safe: false, type: DOUBLE };
}

function divide(left: Expression, right: Expression): CallExpression {
  return { kind: 'call', function: 'divide', arguments: [left, right], type: DOUBLE };
}

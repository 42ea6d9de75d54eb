import { type AggregateCall, type AggregateColumn, PlatformError } from '../../spi/index.ts';
import { compileExpression } from './compile-expression.ts';
import type { Row, Value } from './row.ts';

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** An aggregate under way. */
export interface Accumulator {
  readonly id: number;
  add(row: Row): void;
  value(): Value;
}

/** Returns a function that starts an aggregate.
 *  @throws ENGINE_UNSUPPORTED */
export function compileAggregate({ id, call }: AggregateColumn): () => Accumulator {
  if (call.distinct || call.filter !== null || call.orderBy.length > 0) {
    throw new PlatformError('ENGINE_UNSUPPORTED', `DISTINCT, FILTER and ORDER BY in ${call.function}() are not supported`);
  }
  if (call.function === 'count_star') return () => counter(id, () => true);
  const argument = firstArgument(call);
  if (call.function === 'count') return () => counter(id, (row) => argument(row) !== null);
  if (call.function === 'sum' && call.type.kind === 'bigint') return () => exactSum(id, argument);
  if (call.function === 'sum' && call.type.kind === 'double') return () => floatSum(id, argument);
  throw new PlatformError('ENGINE_UNSUPPORTED', `${call.function}() of type ${call.type.kind} is not supported`);
}

function firstArgument(call: AggregateCall): (row: Row) => Value {
  const [argument] = call.arguments;
  if (argument === undefined) throw new PlatformError('ENGINE_UNSUPPORTED', `${call.function}() without an argument is not supported`);
  return compileExpression(argument);
}

function counter(id: number, counts: (row: Row) => boolean): Accumulator {
  let rows = 0n;
  return {
    id,
    add: (row) => {
      if (counts(row)) rows += 1n;
    },
    value: () => rows,
  };
}

/** Without a value the sum is NULL, as SQL has it. */
function exactSum(id: number, argument: (row: Row) => Value): Accumulator {
  let sum: bigint | null = null;
  return {
    id,
    add: (row) => {
      const value = argument(row);
      if (typeof value === 'number' || typeof value === 'bigint') sum = (sum ?? 0n) + BigInt(value);
    },
    value: () => {
      if (sum !== null && (sum > INT64_MAX || sum < INT64_MIN)) throw new PlatformError('SQL_OVERFLOW', 'sum() leaves the range of bigint');
      return sum;
    },
  };
}

function floatSum(id: number, argument: (row: Row) => Value): Accumulator {
  let sum: number | null = null;
  return {
    id,
    add: (row) => {
      const value = argument(row);
      if (value !== null) sum = (sum ?? 0) + Number(value);
    },
    value: () => sum,
  };
}

import { type DataType, type Expression, PlatformError } from '../../spi/index.ts';
import { checkType, type Row, type Value } from './row.ts';

/** Computes a value of a row. */
export type Evaluator = (row: Row) => Value;

const COMPARISONS: Readonly<Record<string, (order: number) => boolean>> = {
  eq: (order) => order === 0,
  ne: (order) => order !== 0,
  lt: (order) => order < 0,
  le: (order) => order <= 0,
  gt: (order) => order > 0,
  ge: (order) => order >= 0,
};

/** Turns an expression into a function of a row. Doing this once, before the first row, also finds what is not supported in time.
 *  @throws ENGINE_UNSUPPORTED */
export function compileExpression(expression: Expression): Evaluator {
  checkType(expression.type);
  switch (expression.kind) {
    case 'column':
      return (row) => row.get(expression.id) ?? null;
    case 'literal': {
      const value = readLiteral(expression.value, expression.type);
      return () => value;
    }
    case 'cast': {
      const value = compileExpression(expression.argument);
      const convert = widening(expression.argument.type, expression.type);
      return (row) => mapValue(value(row), convert);
    }
    case 'call':
      return compileCall(expression.function, expression.arguments.map(compileExpression));
    default:
      throw new PlatformError('ENGINE_UNSUPPORTED', `expressions of kind '${expression.kind}' are not supported`);
  }
}

/** SQL's order is not JavaScript's: NaN is equal to itself and above all other numbers, and texts go by code point, not by UTF-16 unit. */
function compareValues(left: NonNullable<Value>, right: NonNullable<Value>): number {
  if (typeof left === 'string' && typeof right === 'string') return Buffer.compare(Buffer.from(left), Buffer.from(right));
  if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
  return left < right ? -1 : left > right ? 1 : 0;
}

/** SQL has three truth values: NULL stands for "unknown". */
function compileCall(name: string, args: readonly Evaluator[]): Evaluator {
  const [left, right] = args;
  const compare = COMPARISONS[name];
  if (compare !== undefined && left !== undefined && right !== undefined) {
    return (row) => {
      const [a, b] = [left(row), right(row)];
      return a === null || b === null ? null : compare(compareValues(a, b));
    };
  }
  if (name === 'and') return (row) => connect(args, row, false);
  if (name === 'or') return (row) => connect(args, row, true);
  if (name === 'not' && left !== undefined) return (row) => mapValue(left(row), (value) => value !== true);
  if (name === 'is_null' && left !== undefined) return (row) => left(row) === null;
  if (name === 'is_not_null' && left !== undefined) return (row) => left(row) !== null;
  throw new PlatformError('ENGINE_UNSUPPORTED', `function '${name}' is not supported`);
}

/** One operand that is `decisive` decides; otherwise one unknown operand makes the whole unknown. */
function connect(operands: readonly Evaluator[], row: Row, decisive: boolean): Value {
  let unknown = false;
  for (const operand of operands) {
    const value = operand(row);
    if (value === decisive) return decisive;
    if (value === null) unknown = true;
  }
  return unknown ? null : !decisive;
}

function readLiteral(value: string | boolean | null, type: DataType): Value {
  if (value === null || typeof value === 'boolean' || type.kind === 'varchar') return value;
  return type.kind === 'bigint' ? BigInt(value) : Number(value);
}

/** Binding writes casts where the types of two operands differ; those that lose nothing are all that is needed here. */
function widening(from: DataType, to: DataType): (value: NonNullable<Value>) => Value {
  if (from.kind === to.kind) return (value) => value;
  if (from.kind === 'integer' && to.kind === 'bigint') return (value) => BigInt(value);
  if ((from.kind === 'integer' || from.kind === 'bigint') && to.kind === 'double') return (value) => Number(value);
  throw new PlatformError('ENGINE_UNSUPPORTED', `casts from ${from.kind} to ${to.kind} are not supported`);
}

function mapValue(value: Value, map: (value: NonNullable<Value>) => Value): Value {
  return value === null ? null : map(value);
}

import { type Expression, PlatformError } from '../../../spi/index.ts';
import { type ColumnValue, compareValues } from '../../../storage/iceberg/value/column-value.ts';
import { textToValue } from '../../../storage/iceberg/value/value-text.ts';

/** A row by column id. */
export type OracleRow = ReadonlyMap<number, ColumnValue | null>;

/** Evaluates a condition over one row by SQL's three-valued logic; NaN is above all numbers. */
export function evaluateCondition(expression: Expression, row: OracleRow): boolean | null {
  if (expression.kind === 'in') return expression.items.map((item) => compare('eq', expression.argument, item, row)).reduce(or, false);
  if (expression.kind === 'literal' || expression.kind === 'column') return valueOf(expression, row) as boolean | null;
  if (expression.kind !== 'call') throw new PlatformError('INTERNAL_INVARIANT', `no oracle for ${expression.kind}`);
  const [first, second] = expression.arguments;
  if (first === undefined) throw new PlatformError('INTERNAL_INVARIANT', 'a call without arguments');
  switch (expression.function) {
    case 'and':
      return expression.arguments.map((part) => evaluateCondition(part, row)).reduce(and, true);
    case 'or':
      return expression.arguments.map((part) => evaluateCondition(part, row)).reduce(or, false);
    case 'not':
      return not(evaluateCondition(first, row));
    case 'is_null':
      return valueOf(first, row) === null;
    case 'is_not_null':
      return valueOf(first, row) !== null;
    case 'is_not_true':
      return evaluateCondition(first, row) !== true;
    case 'like':
      return like(valueOf(first, row), second === undefined ? null : valueOf(second, row));
    default:
      if (second === undefined) throw new PlatformError('INTERNAL_INVARIANT', `no oracle for ${expression.function}`);
      return compare(expression.function, first, second, row);
  }
}

function valueOf(expression: Expression, row: OracleRow): ColumnValue | null {
  if (expression.kind === 'column') return row.get(expression.id) ?? null;
  if (expression.kind !== 'literal') throw new PlatformError('INTERNAL_INVARIANT', `no oracle for ${expression.kind}`);
  if (expression.value === null || typeof expression.value === 'boolean') return expression.value;
  return expression.value === 'NaN' ? NaN : textToValue(expression.type, expression.value);
}

function compare(operator: string, left: Expression, right: Expression, row: OracleRow): boolean | null {
  const a = valueOf(left, row);
  const b = valueOf(right, row);
  if (a === null || b === null) return null;
  const order = orderOf(a, b);
  const truth: Record<string, boolean> = { eq: order === 0, ne: order !== 0, lt: order < 0, le: order <= 0, gt: order > 0, ge: order >= 0 };
  return truth[operator] ?? null;
}

function orderOf(a: ColumnValue, b: ColumnValue): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : 1;
  return Number.isNaN(b) ? -1 : compareValues(a, b);
}

function like(value: ColumnValue | null, pattern: ColumnValue | null): boolean | null {
  if (typeof value !== 'string' || typeof pattern !== 'string') return null;
  const source = Array.from(pattern, (character) =>
    character === '%' ? '.*' : character === '_' ? '.' : character.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'),
  );
  return new RegExp(`^${source.join('')}$`, 'su').test(value);
}

const not = (value: boolean | null): boolean | null => (value === null ? null : !value);
const and = (left: boolean | null, right: boolean | null): boolean | null =>
  left === false || right === false ? false : left === null || right === null ? null : true;
const or = (left: boolean | null, right: boolean | null): boolean | null => not(and(not(left), not(right)));

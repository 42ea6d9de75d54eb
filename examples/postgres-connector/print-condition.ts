import type { ConditionHandling, Expression, ScanColumn } from '../../spi/index.ts';
import { quoteName, quoteText, wireType } from './column-types.ts';

/** A condition in PostgreSQL's SQL. Only what means the same there is printed, so that each is exact. */
export interface PrintedCondition {
  readonly handling: ConditionHandling;
  readonly sql: string | null;
}

const COMPARISONS: Readonly<Record<string, string>> = { eq: '=', ne: '<>', lt: '<', le: '<=', gt: '>', ge: '>=' };

/** Types whose values compare in PostgreSQL as they do here: NaN is the greatest number and equals itself there too. Texts are compared by their bytes, as
 *  the collation "C" has it; uuids and bytes are left to the host. */
export const COMPARABLE: ReadonlySet<string> = new Set([
  'boolean',
  'integer',
  'bigint',
  'real',
  'double',
  'decimal',
  'date',
  'timestamp',
  'timestamptz',
  'varchar',
]);

/** Prints a condition, or says that it is not one of those that certainly mean the same. */
export function printCondition(condition: Expression, columns: readonly ScanColumn[]): PrintedCondition {
  const sql = print(condition, new Map(columns.map((column) => [column.id, column])));
  return { handling: sql === null ? 'unsupported' : 'exact', sql };
}

/** Prints a column or a constant of a comparable type; null for anything else. */
export function printOperand(expression: Expression, columns: readonly ScanColumn[]): string | null {
  return operand(expression, new Map(columns.map((column) => [column.id, column])));
}

type Columns = ReadonlyMap<number, ScanColumn>;

function print(expression: Expression, columns: Columns): string | null {
  if (expression.kind === 'in') {
    const [argument, ...items] = [expression.argument, ...expression.items].map((part) => operand(part, columns));
    if (argument === null || argument === undefined || items.some((item) => item === null)) return null;
    return `(${argument} IN (${items.join(', ')}))`;
  }
  if (expression.kind !== 'call') return null;
  const { function: name, arguments: parts } = expression;
  if (name === 'and' || name === 'or') {
    const printed = parts.map((part) => print(part, columns));
    return printed.includes(null) ? null : `(${printed.join(` ${name.toUpperCase()} `)})`;
  }
  const [left, right] = parts;
  if (left === undefined) return null;
  if (name === 'not') {
    const inner = print(left, columns);
    return inner === null ? null : `(NOT ${inner})`;
  }
  if ((name === 'is_null' || name === 'is_not_null') && left.kind === 'column') {
    const column = columns.get(left.id);
    return column === undefined ? null : `(${quoteName(column.name)} IS ${name === 'is_null' ? '' : 'NOT '}NULL)`;
  }
  const operator = COMPARISONS[name];
  if (operator === undefined || right === undefined) return null;
  const [first, second] = [operand(left, columns), operand(right, columns)];
  return first === null || second === null ? null : `(${first} ${operator} ${second})`;
}

/** A column or a constant of a comparable type. Both sides have the same type, which the host has seen to. */
function operand(expression: Expression, columns: Columns): string | null {
  const { type } = expression;
  const wire = wireType(type);
  if (wire === null || !COMPARABLE.has(type.kind)) return null;
  const collation = type.kind === 'varchar' ? ' COLLATE "C"' : '';
  if (expression.kind === 'column') {
    const column = columns.get(expression.id);
    if (column === undefined) return null;
    const name = quoteName(column.name);
    return collation === '' ? name : `(${name}::text${collation})`;
  }
  if (expression.kind === 'cast' && expression.argument.kind === 'column' && type.kind === 'bigint') {
    return expression.argument.type.kind === 'integer' ? operand(expression.argument, columns) : null;
  }
  if (expression.kind !== 'literal') return null;
  if (expression.value === null) return `NULL::${wire}`;
  const text = String(expression.value);
  // PostgreSQL's text holds no U+0000; no row has such a value, but saying so is the host's affair.
  return text.includes('\0') ? null : `(${quoteText(text)}::${wire}${collation})`;
}

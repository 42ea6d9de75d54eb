import type { DataType, Expression, ScanColumn } from '../../spi/index.ts';

/** A value that a condition compares with, as JSON holds it. */
export interface BoundValue {
  readonly kind: 'integer' | 'real' | 'text';
  readonly text: string;
}

/** A condition in SQLite's SQL, with the values of its question marks. */
export interface PrintedCondition {
  readonly sql: string;
  readonly values: readonly BoundValue[];
}

const COMPARISONS: Readonly<Record<string, string>> = { eq: '=', ne: '<>', lt: '<', le: '<=', gt: '>', ge: '>=' };

/** Prints a condition that means the same in SQLite; null for any other. Values are bound, as SQLite rounds numbers of its texts in its own way. */
export function printCondition(condition: Expression, columns: readonly ScanColumn[]): PrintedCondition | null {
  const values: BoundValue[] = [];
  const sql = print(condition, { columns, values });
  return sql === null ? null : { sql, values };
}

/** Returns a name as SQL. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

interface Printing {
  readonly columns: readonly ScanColumn[];
  readonly values: BoundValue[];
}

function print(expression: Expression, printing: Printing): string | null {
  if (expression.kind === 'in') {
    const [argument, ...items] = [expression.argument, ...expression.items].map((part) => operand(part, printing));
    return argument === null || argument === undefined || items.includes(null) ? null : `(${argument} IN (${items.join(', ')}))`;
  }
  if (expression.kind !== 'call') return null;
  const { function: name, arguments: parts } = expression;
  const [left, right] = parts;
  if (left === undefined) return null;
  if (name === 'and' || name === 'or') {
    const printed = parts.map((part) => print(part, printing));
    return printed.includes(null) ? null : `(${printed.join(` ${name.toUpperCase()} `)})`;
  }
  if (name === 'not') {
    const inner = print(left, printing);
    return inner === null ? null : `(NOT ${inner})`;
  }
  if (name === 'is_null' || name === 'is_not_null') {
    const argument = left.kind === 'column' ? operand(left, printing) : null;
    return argument === null ? null : `(${argument} IS ${name === 'is_null' ? '' : 'NOT '}NULL)`;
  }
  const operator = COMPARISONS[name];
  if (operator === undefined || right === undefined) return null;
  const [first, second] = [operand(left, printing), operand(right, printing)];
  return first === null || second === null ? null : `(${first} ${operator} ${second})`;
}

/** A column or a constant. Texts are compared by their bytes, whatever collation the column has. */
function operand(expression: Expression, { columns, values }: Printing): string | null {
  const collation = expression.type.kind === 'varchar' ? ' COLLATE BINARY' : '';
  if (expression.kind === 'column') {
    const column = columns.find(({ id }) => id === expression.id);
    return column === undefined || valueKind(column.type) === null ? null : `${quoteName(column.name)}${collation}`;
  }
  if (expression.kind !== 'literal') return null;
  const { value, type } = expression;
  const kind = valueKind(type);
  // SQLite has no NaN, and ends texts at U+0000.
  if (kind === null || value === 'NaN' || String(value).includes('\0')) return null;
  if (value === null) return 'NULL';
  values.push({ kind, text: typeof value === 'boolean' ? String(Number(value)) : value });
  return `?${collation}`;
}

function valueKind({ kind }: DataType): BoundValue['kind'] | null {
  switch (kind) {
    case 'bigint':
    case 'boolean':
      return 'integer';
    case 'double':
      return 'real';
    case 'varchar':
      return 'text';
    default:
      return null;
  }
}

import type { Batch } from '../../engines/stream/changelog/batch.ts';
import { columnKind } from '../../engines/stream/changelog/column.ts';
import type { TextPool } from '../../engines/stream/changelog/text-pool.ts';
import { literalColumn } from '../../engines/stream/expression/literal-column.ts';
import { type DataType, formatType, type LiteralExpression } from '../../spi/index.ts';
import { BIGINT, BOOLEAN, DOUBLE, INTEGER, type as typed, VARCHAR } from '../support/plan-builder.ts';

/** A number from 0 to below 1. */
export type Random = () => number;

/** A row: values in the canonical form of their types. */
export type TextRow = readonly (string | boolean | null)[];

const DECIMAL = { kind: 'decimal', precision: 9, scale: 2 } as const;

/** Names and types of the columns of every test table. */
export const TABLE_COLUMNS: readonly (readonly [string, DataType])[] = [
  ['k', INTEGER],
  ['b', BIGINT],
  ['d', DOUBLE],
  ['s', VARCHAR],
  ['p', DECIMAL],
  ['f', BOOLEAN],
  ['day', typed('date')],
  ['at', typed('timestamp')],
];

const USUAL: readonly (readonly string[])[] = [
  ['-2', '-1', '0', '1', '2', '3'],
  ['-7', '0', '1', '4294967296', '-4294967297', '9007199254740991'],
  ['-1.5', '0', '0.25', '3', '100000.75'],
  ['', 'a', 'A', 'ab', 'abc', 'zz', 'ä', '名前', '😀b', 'b%', '50_x', 'ßİ'],
  ['-12.34', '0.00', '0.01', '5.00', '99.99'],
  ['true', 'false'],
  ['1969-12-31', '2000-02-29', '2024-01-01', '2024-12-30'],
  ['1969-12-31 23:59:59.999999', '2024-01-01 00:00:00', '2024-02-29 12:34:56.789012', '1999-12-31 23:00:00'],
];

const EXTREMES: readonly (readonly string[])[] = [
  ['2147483647', '-2147483648'],
  ['9223372036854775807', '-9223372036854775808', '9007199254740993', '-9007199254740993'],
  ['NaN', 'Infinity', '-Infinity', '-0'],
  ['\u{10ffff}', '\uffff', 'a\u0001'],
  ['9999999.99', '-9999999.99'],
  ['true'],
  ['0001-01-01', '9999-12-31'],
  ['0001-01-01 00:00:00', '9999-12-31 23:59:59.999999'],
];

/** Returns one of several. */
export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)] as Item;
}

/** Returns rows with NULLs and repetitions, and with the ends of the types' ranges when asked for. */
export function randomRows(random: Random, count: number, extremes: boolean): readonly TextRow[] {
  const value = (column: number): string | boolean | null => {
    const roll = random();
    if (roll < 0.15) return null;
    const text = pick(random, (extremes && roll < 0.35 ? EXTREMES : USUAL)[column] ?? []);
    return column === 5 ? text === 'true' : text;
  };
  return Array.from({ length: count }, () => TABLE_COLUMNS.map((_, column) => value(column)));
}

/** Returns a constant. */
const literal = (type: DataType, value: string | boolean | null): LiteralExpression => ({ kind: 'literal', type, value });

/** Returns rows as a batch. */
export function batchOf(rows: readonly TextRow[], weights: Int8Array | null, pool: TextPool): Batch {
  const columns = TABLE_COLUMNS.map(([, type], position) =>
    literalColumn(
      columnKind(type),
      rows.map((row) => literal(type, row[position] ?? null)),
      pool,
    ),
  );
  return { rows: rows.length, columns, weights };
}

/** Returns the statements that make a table of the rows. */
export function tableSql(name: string, rows: readonly TextRow[]): readonly string[] {
  const columns = TABLE_COLUMNS.map(([column, type]) => `"${column}" ${formatType(type)}`).join(', ');
  const text = (value: string | boolean | null): string => (value === null ? 'NULL' : `'${String(value).replaceAll("'", "''")}'`);
  const tuples = rows.map((row) => `(${row.map(text).join(', ')})`).join(', ');
  return [`CREATE OR REPLACE TABLE ${name} (${columns})`, ...(rows.length === 0 ? [] : [`INSERT INTO ${name} VALUES ${tuples}`])];
}

import type { Value } from '../value/value.ts';
import { column, decimal, type FixtureColumn, type FixtureTable, plain, textRows } from './fixture-table.ts';
import { kindsTable } from './kinds-table.ts';

const ITEM_COLUMNS: readonly FixtureColumn[] = [
  { name: 'id', type: plain('integer'), nullable: false },
  column('name', plain('varchar')),
  column('price', plain('double')),
  column('amount', plain('bigint')),
  column('flag', plain('boolean')),
];

const MIXED_COLUMNS: readonly FixtureColumn[] = [
  column('k', plain('integer')),
  column('b', plain('bigint')),
  column('d', plain('double')),
  column('s', plain('varchar')),
  column('p', decimal(9, 2)),
  column('f', plain('boolean')),
  column('day', plain('date')),
  column('at', plain('timestamp')),
];

/** Values of the columns of `t` and `u`; every eighth is NULL. */
const MIXED_VALUES: readonly (readonly string[])[] = [
  ['-2', '-1', '0', '1', '2', '3'],
  ['-7', '0', '1', '4294967296', '-4294967297', '9007199254740993'],
  ['-1.5', '0', '0.25', '3', '100000.75', 'NaN', 'Infinity'],
  ['', 'a', 'A', 'ab', 'abc', 'zz', 'ä', '名前', '😀b', '\uff0d', 'b%', '50_x'],
  ['-12.34', '0.00', '0.01', '5.00', '99.99', '9999999.99'],
  ['true', 'false'],
  ['1969-12-31', '2000-02-29', '2024-01-01', '2024-12-30'],
  ['1969-12-31 23:59:59.999999', '2024-01-01 00:00:00', '2024-02-29 12:34:56.789012', '1999-12-31 23:00:00'],
];

const NAMES = ['😀b', 'ä', '\uff0d', 'Z', "it's", ''];
const PRICES: Readonly<Record<number, number>> = { 3: NaN, 5: Infinity, 6: -Infinity, 8: -0 };

const INT64_MAX = 9223372036854775807n;

function itemOf(id: number): readonly Value[] {
  const name = id % 10 === 0 ? null : id % 50 === 7 ? (NAMES[((id / 50) % NAMES.length) | 0] ?? null) : `item ${String(id % 37)}`;
  const price = id % 13 === 0 ? null : (PRICES[id % 97] ?? id / 4);
  const amount = id === 1 ? INT64_MAX : id === 2 ? -INT64_MAX - 1n : id % 7 === 0 ? null : BigInt(((id * 7919) % 1000) - 500);
  return [BigInt(id), name, price, amount, id % 11 === 0 ? null : id % 3 === 0];
}

/** Values come round at steps that have no factor in common with the lists, so that rows differ and keys repeat. */
function mixedRows(count: number, offset: number): readonly (readonly Value[])[] {
  const texts = Array.from({ length: count }, (_, row) =>
    MIXED_VALUES.map((values, position) => {
      const turn = (row + offset) * (position + 3) + (((row + offset) * (row + 1) * 7) % 13);
      const text = turn % 8 === 5 ? null : (values[turn % values.length] ?? null);
      return position === 5 && text !== null ? text === 'true' : text;
    }),
  );
  return textRows(MIXED_COLUMNS, texts);
}

const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from }, (_, index) => from + index);

const REGIONS: readonly (string | null)[] = ['north', 'south', 'east', null];

/** Returns the tables of a new world. They are small: what needs many rows makes them itself. */
export function fixtureTables(): readonly FixtureTable[] {
  return [
    { name: 'items', columns: ITEM_COLUMNS, files: [range(0, 200), range(200, 400), range(400, 600)].map((ids) => ids.map(itemOf)) },
    { name: 't', columns: MIXED_COLUMNS, files: [mixedRows(24, 0), mixedRows(16, 31)] },
    { name: 'u', columns: MIXED_COLUMNS, files: [mixedRows(25, 7)] },
    { name: 'none', columns: MIXED_COLUMNS, files: [] },
    { name: 'hollow', columns: MIXED_COLUMNS, files: [[]] },
    { name: 'single', columns: MIXED_COLUMNS, files: [mixedRows(1, 3)] },
    {
      name: 'regions',
      columns: [column('region', plain('varchar')), column('n', plain('integer'))],
      partitioning: [{ column: 'region', transform: { kind: 'identity' } }],
      files: [range(0, 40).map((n) => [REGIONS[n % 4] ?? null, BigInt(n)])],
    },
    {
      name: 'pings',
      columns: [column('id', plain('integer')), column('at', plain('timestamptz'))],
      files: [
        textRows(
          [column('id', plain('integer')), column('at', plain('timestamptz'))],
          [
            ['1', '2024-01-15 12:00:00Z'],
            ['2', '2024-07-15 12:00:00Z'],
            ['3', '2024-03-10 06:59:59.999999Z'],
            ['4', '2024-03-10 07:00:00Z'],
            ['5', '1969-12-31 23:30:00Z'],
            ['6', null],
          ],
        ),
      ],
    },
    kindsTable(),
  ];
}

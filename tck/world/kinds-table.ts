import type { DataType } from '../../spi/index.ts';
import { parseValue } from '../value/parse-value.ts';
import type { Value } from '../value/value.ts';
import { column, decimal, type FixtureColumn, type FixtureTable, plain } from './fixture-table.ts';

type Texts = readonly (string | boolean | null)[];

const list = (element: DataType): DataType => ({ kind: 'list', element, elementNullable: true });
const POINT: DataType = {
  kind: 'struct',
  fields: [
    { name: 'x', type: plain('integer'), nullable: true },
    { name: 'label', type: plain('varchar'), nullable: true },
  ],
};
const LOOKUP: DataType = { kind: 'map', key: plain('varchar'), value: plain('bigint'), valueNullable: true };

const ALL_NINES = '9'.repeat(38);

/** The ends of each type and what lies between, as canonical texts. */
const SIMPLE: readonly (readonly [name: string, type: DataType, texts: Texts])[] = [
  ['c_boolean', plain('boolean'), [true, false, null]],
  ['c_integer', plain('integer'), ['0', '2147483647', '-2147483648', null, '-1']],
  ['c_bigint', plain('bigint'), ['0', '9223372036854775807', '-9223372036854775808', null, '9007199254740993']],
  ['c_real', plain('real'), ['0', '1.5', '-3.4028234663852886e38', null, 'NaN', 'Infinity', '-Infinity', '-0', '1.401298464324817e-45']],
  ['c_double', plain('double'), ['0', '0.1', '1.7976931348623157e308', null, 'NaN', 'Infinity', '-Infinity', '-0', '5e-324']],
  ['c_date', plain('date'), ['1970-01-01', '0001-01-01', '9999-12-31', null, '2000-02-29', '1969-12-31']],
  ['c_time', plain('time'), ['00:00:00', '23:59:59.999999', null, '12:34:56.789']],
  [
    'c_timestamp',
    plain('timestamp'),
    ['1970-01-01 00:00:00', '0001-01-01 00:00:00', '9999-12-31 23:59:59.999999', null, '1969-12-31 23:59:59.999999'],
  ],
  ['c_timestamptz', plain('timestamptz'), ['1970-01-01 00:00:00Z', '9999-12-31 23:59:59.999999Z', null, '2024-03-10 07:00:00Z']],
  ['c_varchar', plain('varchar'), ['', 'a', 'A', null, 'NULL', 'ä', '\uff0d', '😀', 'line\nbreak', "it's", ' a ', '\u{10ffff}']],
  ['c_varbinary', plain('varbinary'), ['', 'AA==', '/wB/gA==', null, 'YQ==']],
  [
    'c_uuid',
    plain('uuid'),
    ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff', null, '123e4567-e89b-12d3-a456-426614174000'],
  ],
  ['c_decimal_9_2', decimal(9, 2), ['0.00', '9999999.99', '-9999999.99', null, '0.01']],
  ['c_decimal_18_6', decimal(18, 6), ['0.000000', '999999999999.999999', '-999999999999.999999', null]],
  ['c_decimal_38_10', decimal(38, 10), ['0.0000000001', `${ALL_NINES.slice(10)}.${ALL_NINES.slice(0, 10)}`, null, '-1.5000000000']],
  ['c_decimal_38_0', decimal(38, 0), ['0', ALL_NINES, `-${ALL_NINES}`, null]],
];

/** Returns the types without parts that can be stored: name, type, and values with the ends among them. */
export function simpleKinds(): typeof SIMPLE {
  return SIMPLE;
}

/** Nested values, in the form of `Value`. */
const NESTED: readonly (readonly [name: string, type: DataType, values: readonly Value[]])[] = [
  ['c_list', list(plain('integer')), [[], [1n], [1n, null, 3n], null]],
  ['c_list_varchar', list(plain('varchar')), [['a', null, ''], [], null, ['ä', '😀']]],
  ['c_list_list', list(list(plain('bigint'))), [[[1n], [], null], [], null]],
  ['c_struct', POINT, [[1n, 'one'], [null, null], null, [-1n, '']]],
  [
    'c_map',
    LOOKUP,
    [
      [['a', 1n]],
      [],
      null,
      [
        ['x', null],
        ['y', 9007199254740993n],
      ],
    ],
  ],
  ['c_list_struct', list(POINT), [[[1n, 'one'], null, [2n, null]], [], null]],
];

const ROWS = 15;

/** Returns the table of the type matrix: `id`, and a column for each type that can be stored. */
export function kindsTable(): FixtureTable {
  const named: readonly (readonly [string, DataType, readonly Value[]])[] = [
    ...SIMPLE.map(([name, type, texts]) => [name, type, texts.map((text) => parseValue(text, type))] as const),
    ...NESTED,
  ];
  const columns: readonly FixtureColumn[] = [column('id', plain('integer')), ...named.map(([name, type]) => column(name, type))];
  const row = (id: number): readonly Value[] => [BigInt(id), ...named.map(([, , values]) => values[id % values.length] ?? null)];
  return { name: 'kinds', columns, files: [Array.from({ length: ROWS }, (_, id) => row(id))] };
}

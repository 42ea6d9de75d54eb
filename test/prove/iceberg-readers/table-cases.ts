import type { DataType, NewColumn, PartitionTransform } from '../../../spi/index.ts';

/** A table that the proof makes, and what is compared beside its rows. */
export interface TableCase {
  readonly name: string;
  readonly columns: readonly NewColumn[];
  readonly partitioning: readonly { readonly column: string; readonly transform: PartitionTransform }[];
  /** Queries of DuckDB whose rows are written one after the other. A `rewrite` puts them in the place of every second data file; a `delete` takes no rows and
   *  marks some of those there as deleted; an `upgrade` takes no rows either, and takes the table to format version 3; a
   *  `default` adds a column that rows of before it have a default value in. */
  readonly steps: readonly {
    readonly kind: 'append' | 'overwrite' | 'rewrite' | 'delete' | 'upgrade' | 'default';
    readonly query: string;
  }[];
  /** The format version that the table is made with; 2 when left out. */
  readonly formatVersion?: 3;
  /** Columns over which conditions are tried. */
  readonly filterColumns: readonly string[];
}

const decimal = (precision: number, scale: number): DataType => ({ kind: 'decimal', precision, scale });
const column = (name: string, type: DataType | DataType['kind'], nullable = true): NewColumn => ({
  name,
  type: typeof type === 'string' ? ({ kind: type } as DataType) : type,
  nullable,
});

const PRIMITIVES: readonly NewColumn[] = [
  column('flag', 'boolean'),
  column('i', 'integer'),
  column('b', 'bigint'),
  column('r', 'real'),
  column('d', 'double'),
  column('d9', decimal(9, 2)),
  column('d18', decimal(18, 4)),
  column('d38', decimal(38, 10)),
  column('day', 'date'),
  column('clock', 'time'),
  column('at', 'timestamp'),
  column('instant', 'timestamptz'),
  column('word', 'varchar'),
  column('bytes', 'varbinary'),
  column('u', 'uuid'),
];

const EXTREMES = `SELECT * FROM (VALUES
  (true, '-2147483648'::INTEGER, '-9223372036854775808'::BIGINT, '-3.4028235e38'::FLOAT, '-1.7976931348623157e308'::DOUBLE, '-9999999.99'::DECIMAL(9,2),
    '-99999999999999.9999'::DECIMAL(18,4), '-9999999999999999999999999999.9999999999'::DECIMAL(38,10), DATE '0001-01-01', TIME '00:00:00', TIMESTAMP '0001-01-01 00:00:00',
    TIMESTAMPTZ '0001-01-01 00:00:00Z', '', ''::BLOB, '00000000-0000-0000-0000-000000000000'::UUID),
  (false, 2147483647, 9223372036854775807, '3.4028235e38'::FLOAT, '1.7976931348623157e308'::DOUBLE, 9999999.99,
    99999999999999.9999, '9999999999999999999999999999.9999999999'::DECIMAL(38,10), DATE '9999-12-31', TIME '23:59:59.999999', TIMESTAMP '9999-12-31 23:59:59.999999',
    TIMESTAMPTZ '9999-12-31 23:59:59.999999Z', repeat(chr(1114111), 40), unhex(repeat('FF', 40)), 'ffffffff-ffff-ffff-ffff-ffffffffffff'::UUID),
  (NULL, 0, 0, 'nan'::FLOAT, 'inf'::DOUBLE, -0.01, -0.0001, -0.0000000001::DECIMAL(38,10), DATE '1969-12-31', TIME '12:00:00.000001',
    TIMESTAMP '1969-12-31 23:59:59.999999', TIMESTAMPTZ '1969-12-31 23:59:59.999999Z', 'zwölf Größen ' || repeat('ß', 30), '\\x00\\xFF'::BLOB, uuid()),
  (NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL)
) t(flag, i, b, r, d, d9, d18, d38, day, clock, "at", instant, word, bytes, u)`;

/** Rows decided by the seed: every value NULL in one row of eleven. */
function primitives(rows: number, seed: number): string {
  const value = (salt: number, modulus: number): string => `(hash(i * 1000003 + ${String(seed * 97 + salt)}) % ${String(modulus)})::BIGINT`;
  const items = [
    `${value(1, 2)} = 1 AS flag`,
    `(${value(2, 2000)} - 1000)::INTEGER AS i`,
    `${value(3, 1_000_000_000)} * 1000 - 500000000000 AS b`,
    `(${value(4, 1000)} / 8 - 60)::FLOAT AS r`,
    `${value(5, 100_000)} / 7.0 - 5000 AS d`,
    `(${value(6, 1_000_000)} / 100 - 5000)::DECIMAL(9,2) AS d9`,
    `(${value(7, 1_000_000)} / 10000 - 50)::DECIMAL(18,4) AS d18`,
    `${value(8, 1_000_000)}::DECIMAL(38,10) * 1000000000 AS d38`,
    `(DATE '1960-01-01' + ${value(9, 20_000)}::INTEGER) AS day`,
    `TIME '00:00:00' + to_microseconds(${value(10, 86_400_000_000)}) AS clock`,
    `TIMESTAMP '1960-01-01' + to_microseconds(${value(11, 2_000_000_000_000_000)}) AS "at"`,
    `TIMESTAMPTZ '1960-01-01 00:00:00Z' + to_microseconds(${value(12, 2_000_000_000_000_000)}) AS instant`,
    `'word ' || ${value(13, 500)} || repeat('x', ${value(14, 30)}::INTEGER) AS word`,
    `unhex(md5(${value(15, 1000)}::VARCHAR)) AS bytes`,
    `md5(${value(16, 100_000)}::VARCHAR)::UUID AS u`,
  ];
  const nullable = PRIMITIVES.map(
    ({ name }, index) => `CASE WHEN hash(i * 7 + ${String(index + seed)}) % 11 <> 0 THEN "${name}" END AS "${name}"`,
  );
  return `SELECT ${nullable.join(', ')} FROM (SELECT i, ${items.join(', ')} FROM range(${String(rows)}) r(i))`;
}

const POINT: DataType = {
  kind: 'struct',
  fields: [
    { name: 'x', type: { kind: 'integer' }, nullable: true },
    { name: 'tags', type: { kind: 'list', element: { kind: 'varchar' }, elementNullable: true }, nullable: true },
  ],
};

/** Lists of structs are never NULL here: PyIceberg 0.10 reads such a NULL as an empty list. */
const NESTED: TableCase = {
  name: 'nested',
  columns: [
    column('id', 'bigint', false),
    column('l', { kind: 'list', element: { kind: 'bigint' }, elementNullable: true }),
    column('p', POINT),
    column('lp', { kind: 'list', element: POINT, elementNullable: true }),
    column('m', { kind: 'map', key: { kind: 'varchar' }, value: decimal(12, 2), valueNullable: true }),
  ],
  partitioning: [],
  steps: [0, 1000].map((start) => ({
    kind: 'append',
    query: `SELECT i AS id, CASE WHEN i % 5 <> 0 THEN [i, NULL, -i] WHEN i % 10 = 0 THEN [] END AS l,
      CASE WHEN i % 4 <> 0 THEN {'x': nullif(i % 7, 0)::INTEGER, 'tags': CASE WHEN i % 3 = 0 THEN ['a' || i, NULL] END} END AS p,
      CASE WHEN i % 6 <> 0 THEN [{'x': i::INTEGER, 'tags': ['t']}, NULL, {'x': NULL, 'tags': []}] ELSE [] END AS lp,
      CASE WHEN i % 3 <> 0 THEN MAP {'k' || i: (i / 4)::DECIMAL(12,2), 'none': NULL} ELSE MAP {} END AS m
      FROM range(${String(start)}, ${String(start + 500)}) r(i)`,
  })),
  filterColumns: ['id'],
};

/** Units: microseconds within which the instants of a table lie, so that no transform makes too many partitions. */
const SPANS = { hour: 8 * 3_600_000_000, day: 6 * 86_400_000_000, month: 240 * 86_400_000_000, year: 2000 * 86_400_000_000 };

const EVENTS: readonly NewColumn[] = [
  column('id', 'bigint', false),
  column('n', 'integer'),
  column('other', 'integer'),
  column('price', decimal(12, 2)),
  column('word', 'varchar'),
  column('day', 'date'),
  column('at', 'timestamp'),
  column('instant', 'timestamptz'),
  column('bytes', 'varbinary'),
  column('u', 'uuid'),
];

/** Events around 1970, so that half of the instants are negative. */
function events(rows: number, seed: number, spanMicros: number): string {
  const value = (salt: number, modulus: number): string => `(hash(i * 1000003 + ${String(seed * 89 + salt)}) % ${String(modulus)})::BIGINT`;
  const start = `TIMESTAMP '1970-01-01 00:00:00' - to_microseconds(${String(spanMicros / 2)})`;
  const instant = (salt: number): string => `${start} + to_microseconds(${value(salt, spanMicros)})`;
  const nullable = (salt: number, sql: string): string => `CASE WHEN ${value(salt + 50, 12)} <> 0 THEN ${sql} END`;
  return `SELECT i + ${String(seed * 1000)} AS id, ${nullable(1, `(${value(1, 60)} - 30)::INTEGER`)} AS n, ${value(2, 1000)}::INTEGER + 5000 AS other,
    ${nullable(3, `((${value(3, 400)} - 200) / 4)::DECIMAL(12,2)`)} AS price, ${nullable(4, `['alpha', 'alpine', 'béta', 'gam', 'g', '', '🎈🎈🎈'][${value(4, 7)} + 1]`)} AS word,
    ${nullable(5, `CAST(${instant(5)} AS DATE)`)} AS day, ${nullable(6, instant(6))} AS "at", ${nullable(7, `(${instant(7)}) AT TIME ZONE 'UTC'`)} AS instant,
    ${nullable(8, `unhex(left(md5(${value(8, 5)}::VARCHAR), 10))`)} AS bytes, ${nullable(9, `md5(${value(9, 40)}::VARCHAR)::UUID`)} AS u FROM range(${String(rows)}) r(i)`;
}

const PARTITIONINGS: readonly (readonly [string, PartitionTransform])[] = [
  ['word', { kind: 'identity' }],
  ['n', { kind: 'identity' }],
  ['day', { kind: 'year' }],
  ['at', { kind: 'year' }],
  ['day', { kind: 'month' }],
  ['instant', { kind: 'month' }],
  ['at', { kind: 'day' }],
  ['instant', { kind: 'day' }],
  ['day', { kind: 'day' }],
  ['day', { kind: 'identity' }],
  ['at', { kind: 'hour' }],
  ['instant', { kind: 'hour' }],
  ...['id', 'n', 'word', 'day', 'at', 'price', 'bytes', 'u'].map((name) => [name, { kind: 'bucket', buckets: 5 }] as const),
  ['word', { kind: 'truncate', width: 2 }],
  ['n', { kind: 'truncate', width: 10 }],
  ['id', { kind: 'truncate', width: 200 }],
  ['price', { kind: 'truncate', width: 1000 }],
  ['bytes', { kind: 'truncate', width: 1 }],
];

/** `quick` takes one of each kind of transform; the matrix has the others. */
function partitionings(seed: number, quick: boolean): typeof PARTITIONINGS {
  if (!quick) return PARTITIONINGS;
  const kinds = [...new Set(PARTITIONINGS.map(([, { kind }]) => kind))];
  return kinds.flatMap((kind) => {
    const found = PARTITIONINGS.filter(([, transform]) => transform.kind === kind);
    return found.slice(seed % found.length).slice(0, 1);
  });
}

/** Returns a table of events partitioned by one transform, written in three appends. */
export function partitionedCase(
  name: string,
  transform: PartitionTransform,
  seed: number,
  alsoFiltered: readonly string[] = [],
): TableCase {
  const span =
    transform.kind === 'hour' ? SPANS.hour : transform.kind === 'month' ? SPANS.month : transform.kind === 'year' ? SPANS.year : SPANS.day;
  return {
    name: `${name}_${transform.kind}`,
    columns: EVENTS,
    partitioning: [{ column: name, transform }],
    steps: [0, 1, 2].map((step) => ({ kind: 'append', query: events(150, seed + step, span) })),
    filterColumns: [name, ...alsoFiltered],
  };
}

/** Tables of format version 3, with deletion vectors; one of them began with version 2 and position delete files. */
export function thirdVersionCases(seed: number): readonly TableCase[] {
  const append = (salt: number) => ({ kind: 'append' as const, query: events(300, seed + salt, SPANS.month) });
  const [deleted, upgrade] = [
    { kind: 'delete' as const, query: '' },
    { kind: 'upgrade' as const, query: '' },
  ];
  const added = { kind: 'default' as const, query: '' };
  const rewrite = { kind: 'rewrite' as const, query: events(50, seed + 9, SPANS.month) };
  const partitioning = [{ column: 'at', transform: { kind: 'month' as const } }];
  const shared = { columns: EVENTS, filterColumns: ['at', 'n', 'word'] };
  return [
    {
      ...shared,
      name: 'vectors',
      formatVersion: 3,
      partitioning: [],
      steps: [append(0), append(1), deleted, added, append(2), deleted, rewrite],
    },
    { ...shared, name: 'vectors_in_partitions', formatVersion: 3, partitioning, steps: [append(3), deleted, append(4), deleted, rewrite] },
    { ...shared, name: 'upgraded', partitioning, steps: [append(5), deleted, upgrade, append(6), deleted, added, append(7)] },
  ];
}

/** A table of nanoseconds around 1970 and their ends. PyIceberg 0.10 takes no literal of the type into a condition. */
const NANOSECONDS: TableCase = {
  name: 'nanoseconds',
  formatVersion: 3,
  columns: [
    column('id', 'bigint', false),
    column('at', 'timestamp_ns'),
    column('seen', { kind: 'list', element: { kind: 'timestamp_ns' }, elementNullable: true }),
  ],
  partitioning: [
    { column: 'at', transform: { kind: 'hour' } },
    { column: 'at', transform: { kind: 'bucket', buckets: 3 } },
  ],
  steps: [0, 200].map((start) => ({
    kind: 'append',
    query: `SELECT i AS id, CASE WHEN i % 7 = 0 THEN NULL WHEN i % 7 = 1 THEN TIMESTAMP_NS '1677-09-22 00:00:00' WHEN i % 7 = 2 THEN TIMESTAMP_NS '2262-04-11 23:47:16.854775806'
      ELSE make_timestamp_ns((i - 200) * 77000000123) END AS at, [make_timestamp_ns(-i), NULL] AS seen FROM range(${String(start)}, ${String(start + 200)}) r(i)`,
  })),
  filterColumns: ['id'],
};

/** Returns all tables of the proof. */
export function tableCases(seed: number, quick: boolean): readonly TableCase[] {
  const rows = quick ? 500 : 20_000;
  const names = PRIMITIVES.map(({ name }) => name);
  const append = (query: string) => ({ kind: 'append' as const, query });
  return [
    { name: 'extremes', columns: PRIMITIVES, partitioning: [], steps: [append(EXTREMES)], filterColumns: names },
    {
      name: 'primitives',
      columns: PRIMITIVES,
      partitioning: [],
      steps: [append(primitives(rows, seed)), append(EXTREMES), append(primitives(rows, seed + 1))],
      filterColumns: quick ? ['i', 'word', 'at'] : names,
    },
    {
      name: 'without_time',
      columns: PRIMITIVES.filter(({ name }) => name !== 'clock'),
      partitioning: [],
      steps: [EXTREMES, primitives(rows, seed + 2)].map((query) => append(`SELECT * EXCLUDE (clock) FROM (${query})`)),
      filterColumns: [],
    },
    NESTED,
    NANOSECONDS,
    ...[[], [{ column: 'at', transform: { kind: 'month' as const } }]].map((partitioning) => ({
      name: partitioning.length === 0 ? 'rows_deleted' : 'rows_deleted_in_partitions',
      columns: EVENTS,
      partitioning,
      steps: [
        append(events(400, seed, SPANS.month)),
        append(events(400, seed + 1, SPANS.month)),
        { kind: 'delete' as const, query: '' },
        append(events(100, seed + 2, SPANS.month)),
        { kind: 'delete' as const, query: '' },
        { kind: 'rewrite' as const, query: events(50, seed + 3, SPANS.month) },
      ],
      filterColumns: ['at', 'n', 'word'],
    })),
    ...thirdVersionCases(seed),
    {
      name: 'overwritten',
      columns: EVENTS,
      partitioning: [{ column: 'at', transform: { kind: 'month' } }],
      steps: [
        append(events(300, seed, SPANS.month)),
        { kind: 'overwrite', query: events(200, seed + 5, SPANS.month) },
        append(events(100, seed + 6, SPANS.month)),
      ],
      filterColumns: ['at', 'n'],
    },
    {
      name: 'rewritten',
      columns: EVENTS,
      partitioning: [{ column: 'at', transform: { kind: 'month' } }],
      steps: [
        append(events(300, seed, SPANS.month)),
        append(events(200, seed + 7, SPANS.month)),
        { kind: 'rewrite', query: events(50, seed + 8, SPANS.month) },
        append(events(100, seed + 9, SPANS.month)),
        { kind: 'rewrite', query: events(20, seed + 10, SPANS.month) },
      ],
      filterColumns: ['at', 'n'],
    },
    {
      ...partitionedCase('at', { kind: 'month' }, seed),
      name: 'two_transforms',
      partitioning: [
        { column: 'at', transform: { kind: 'month' } },
        { column: 'id', transform: { kind: 'bucket', buckets: 3 } },
      ],
    },
    ...partitionings(seed, quick).map(([name, transform]) => partitionedCase(name, transform, seed, quick ? [] : ['id'])),
  ];
}

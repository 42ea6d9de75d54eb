import type { DataType, NewColumn, NewPartitionField, PartitionTransform, TableChange } from '../../../spi/index.ts';

/** What takes rows of the tables away. In version 2 `position` means position delete files; in version 3 it means a table that had them before it was taken
 *  there, and gets deletion vectors on top. Equality deletes are written as a writer of streams does, for no engine here writes them. */
export type DeleteKind = 'none' | 'position' | 'equality' | 'vector';

/** A column of a table of the matrix. */
export interface MatrixColumn {
  /** What stays when the column is renamed. */
  readonly key: string;
  readonly name: string;
  readonly type: DataType;
  /** Values in DuckDB's SQL, beside NULL; none for the column of row numbers. */
  readonly values: readonly string[];
}

/** One way to lay a table out: a transform of a column of a type. */
export interface MatrixLayout {
  readonly name: string;
  readonly columns: readonly MatrixColumn[];
  /** Key of the column and its transform; null for a table without partitions. */
  readonly partition: { readonly key: string; readonly transform: PartitionTransform } | null;
}

/** A table of the matrix; its states are those of `EVOLUTION`. */
export interface MatrixTable {
  readonly name: string;
  readonly layout: MatrixLayout;
  readonly deletes: DeleteKind;
  readonly formatVersion: 2 | 3;
}

/** What becomes of every table, one after the other; rows come and go in between. */
export const EVOLUTION = ['made', 'added', 'dropped', 'renamed', 'reordered', 'widened', 'repartitioned'] as const;

/** A step of the evolution. */
export type EvolutionStep = (typeof EVOLUTION)[number];

/** A table's columns and partition field at one time. */
export interface MatrixState {
  readonly columns: readonly MatrixColumn[];
  readonly partition: MatrixLayout['partition'];
}

const decimal = (precision: number, scale: number): DataType => ({ kind: 'decimal', precision, scale });
const column = (key: string, type: DataType | DataType['kind'], values: readonly string[] = []): MatrixColumn => ({
  key,
  name: key,
  type: typeof type === 'string' ? ({ kind: type } as DataType) : type,
  values,
});

const ID = column('id', 'bigint');

const FLAT: readonly MatrixColumn[] = [
  ID,
  column('flag', 'boolean', ['true', 'false', 'true']),
  column('i', 'integer', ['-11', '0', '2147483647']),
  column('b', 'bigint', ['-98765432109876', '7', '9223372036854775807']),
  column('r', 'real', ['-1.5', '0.25', '3e10']),
  column('d', 'double', ['-1e300', '0.1', '7.5']),
  column('d9', decimal(9, 2), ['-10.01', '0.00', '9999999.99']),
  column('d18', decimal(18, 4), ['-99999999999999.9999', '0.0001', '12.5']),
  column('d38', decimal(38, 10), ['-9999999999999999999999999999.9999999999', '0.0000000001', '3']),
  column('day', 'date', ["'1969-12-31'", "'2024-02-29'", "'9999-12-31'"]),
  column('at', 'timestamp', ["'1969-12-31 23:59:59.999999'", "'1970-01-01 00:00:00'", "'2024-02-29 13:59:59.5'"]),
  column('instant', 'timestamptz', ["'1969-12-31 23:00:00.000001Z'", "'1970-01-01 00:00:00Z'", "'2038-01-19 03:14:08Z'"]),
  column('word', 'varchar', ["''", "'alpine'", "'🎈🎈béta'"]),
  column('bytes', 'varbinary', ["'\\x00\\xFF'", "'abc'", "''"]),
  column('u', 'uuid', [
    "'00000000-0000-0000-0000-000000000001'",
    "'ffffffff-ffff-ffff-ffff-fffffffffffe'",
    "'12345678-9abc-def0-1234-56789abcdef0'",
  ]),
  column('spare', 'integer', ['1', '2', '3']),
  column('other', 'integer', ['4', '5', '6']),
];
const CLOCK = column('clock', 'time', ["'00:00:00'", "'12:00:00.000001'", "'23:59:59.999999'"]);

const POINT: DataType = {
  kind: 'struct',
  fields: [
    { name: 'x', type: { kind: 'integer' }, nullable: true },
    { name: 'y', type: { kind: 'varchar' }, nullable: true },
    { name: 'tags', type: { kind: 'list', element: { kind: 'integer' }, elementNullable: true }, nullable: true },
  ],
};

/** The parts of nested columns evolve as columns do. */
const NESTED: MatrixLayout = {
  name: 'nested',
  columns: [
    ID,
    column('p', POINT, [
      "{'x': 1, 'y': 'a', 'tags': [1, NULL]}",
      "{'x': NULL, 'y': NULL, 'tags': []}",
      "{'x': -7, 'y': 'ß', 'tags': NULL}",
    ]),
    column('l', { kind: 'list', element: { kind: 'integer' }, elementNullable: true }, ['[1, NULL, -3]', '[]', '[2147483647]']),
    column('m', { kind: 'map', key: { kind: 'varchar' }, value: decimal(9, 2), valueNullable: true }, [
      "MAP {'k': 1.25, 'n': NULL}",
      'MAP {}',
      "MAP {'🎈': -0.01}",
    ]),
  ],
  partition: null,
};

const IDENTITY_COLUMNS = FLAT.filter(({ key }) => !['id', 'spare', 'other'].includes(key)).map(({ key }) => key);
const TIMES: readonly (readonly [key: string, kinds: readonly ('year' | 'month' | 'day' | 'hour')[]])[] = [
  ['day', ['year', 'month', 'day']],
  ['at', ['year', 'month', 'day', 'hour']],
  ['instant', ['year', 'month', 'day', 'hour']],
];

const PARTITIONS: readonly (readonly [key: string, transform: PartitionTransform])[] = [
  ...[...IDENTITY_COLUMNS, 'clock'].map((key) => [key, { kind: 'identity' }] as const),
  ...['i', 'b', 'd9', 'd18', 'd38', 'day', 'clock', 'at', 'instant', 'word', 'bytes', 'u'].map(
    (key) => [key, { kind: 'bucket', buckets: 4 }] as const,
  ),
  ...[
    ['i', 10],
    ['b', 1000],
    ['d9', 50],
    ['d18', 100_000],
    ['word', 2],
    ['bytes', 1],
  ].map(([key, width]) => [String(key), { kind: 'truncate', width: Number(width) }] as const),
  ...TIMES.flatMap(([key, kinds]) => kinds.map((kind) => [key, { kind }] as const)),
];

/** Every layout: without partitions (flat, with a time, nested) and each transform of each type that has it. */
export const LAYOUTS: readonly MatrixLayout[] = [
  { name: 'plain', columns: FLAT, partition: null },
  { name: 'plain_time', columns: [...FLAT, CLOCK], partition: null },
  NESTED,
  ...PARTITIONS.map(([key, transform]) => ({
    name: `${key}_${transform.kind}`,
    columns: key === 'clock' ? [...FLAT, CLOCK] : FLAT,
    partition: { key, transform },
  })),
];

/** Kinds of deletes by format version; version 2 has no vectors. */
const DELETES: readonly (readonly [2 | 3, DeleteKind])[] = [
  [2, 'none'],
  [2, 'position'],
  [2, 'equality'],
  [3, 'none'],
  [3, 'position'],
  [3, 'equality'],
  [3, 'vector'],
];

/** Returns every table of the matrix: each layout with each kind of deletes in each version. */
export function matrixTables(): readonly MatrixTable[] {
  return LAYOUTS.flatMap((layout) =>
    DELETES.map(([formatVersion, deletes]) => ({
      name: `${layout.name}_v${String(formatVersion)}_${deletes}`,
      ...{ layout, deletes, formatVersion },
    })),
  );
}

/** Returns how the table begins. */
export function firstState({ columns, partition }: MatrixLayout): MatrixState {
  return { columns, partition };
}

/** Returns the columns and the partitioning as the storage takes them. */
export function specOf({ columns, partition }: MatrixState): { columns: readonly NewColumn[]; partitioning: readonly NewPartitionField[] } {
  return {
    columns: columns.map(({ key, name, type }) => ({ name, type, nullable: key !== 'id' })),
    partitioning: partition === null ? [] : [partitionField({ columns }, partition)],
  };
}

/** Returns the changes of a step, and what the table is afterwards. */
export function evolve(
  table: MatrixTable,
  step: EvolutionStep,
  state: MatrixState,
): { readonly changes: readonly TableChange[]; readonly state: MatrixState } {
  const nested = table.layout === NESTED;
  switch (step) {
    case 'made':
      return { changes: [], state };
    case 'added':
      return nested ? changeNested(state, 'added') : addColumn(state, table.formatVersion);
    case 'dropped':
      if (nested) return changeNested(state, 'dropped');
      return {
        changes: [{ kind: 'drop_column', column: ['spare'], ifExists: false }],
        state: { ...state, columns: state.columns.filter(({ key }) => key !== 'spare') },
      };
    case 'renamed':
      return nested ? changeNested(state, 'renamed') : renameColumns(state);
    case 'reordered':
      return reorder(state);
    case 'widened':
      return nested ? changeNested(state, 'widened') : widen(state);
    case 'repartitioned':
      return repartition(state);
  }
}

/** Returns the query of some rows in DuckDB's SQL, with the names and types of a state. Of each column two of its values and NULL occur, so that rows lie in few
 *  partitions. */
export function rowsQuery({ columns }: MatrixState, batch: number, rows: number): string {
  const items = columns.map(({ name, type, values }, index) => {
    if (values.length === 0) return `(i + ${String(batch * 1000)})::BIGINT AS "${name}"`;
    const picked = [0, 1].map((shift) => `(${values[(batch + index + shift) % values.length] ?? 'NULL'})`);
    const value = `CASE hash(i * 31 + ${String(batch * 17 + index)}) % 5 WHEN 0 THEN NULL WHEN 1 THEN ${picked[0] ?? ''} WHEN 2 THEN ${picked[0] ?? ''} ELSE ${picked[1] ?? ''} END`;
    return `CAST(${value} AS ${sqlType(type)}) AS "${name}"`;
  });
  return `SELECT ${items.join(', ')} FROM range(${String(rows)}) r(i)`;
}

function sqlType(type: DataType): string {
  switch (type.kind) {
    case 'decimal':
      return `DECIMAL(${String(type.precision)},${String(type.scale)})`;
    case 'list':
      return `${sqlType(type.element)}[]`;
    case 'map':
      return `MAP(${sqlType(type.key)}, ${sqlType(type.value)})`;
    case 'struct':
      return `STRUCT(${type.fields.map(({ name, type: part }) => `"${name}" ${sqlType(part)}`).join(', ')})`;
    case 'varbinary':
      return 'BLOB';
    case 'real':
      return 'FLOAT';
    default:
      return type.kind.toUpperCase();
  }
}

function partitionField(
  { columns }: Pick<MatrixState, 'columns'>,
  { key, transform }: NonNullable<MatrixState['partition']>,
): NewPartitionField {
  return { column: columns.find((found) => found.key === key)?.name ?? key, transform };
}

function addColumn({ columns, partition }: MatrixState, formatVersion: 2 | 3): ReturnType<typeof evolve> {
  const added = column('extra', 'varchar', ["'new'", "'newer'", "'newest'"]);
  const writeDefault = formatVersion === 3 ? { writeDefault: 'before it' } : {};
  return {
    changes: [
      {
        kind: 'add_column',
        parent: [],
        column: { name: 'extra', type: added.type, nullable: true, ...writeDefault },
        position: { after: 'id' },
        ifNotExists: false,
      },
    ],
    state: { columns: columns.flatMap((each) => (each.key === 'id' ? [each, added] : [each])), partition },
  };
}

/** The column of the partitions changes its name, and another one takes the name that it had; it stays that of the partition field where there is an identity. */
function renameColumns({ columns, partition }: MatrixState): ReturnType<typeof evolve> {
  const renamed = partition?.key ?? 'word';
  const taken: Readonly<Record<string, string>> = partition?.transform.kind === 'identity' ? {} : { other: renamed };
  const names: Readonly<Record<string, string>> = { [renamed]: `${renamed}_renamed`, ...taken };
  return {
    changes: Object.entries(names).map(([from, to]) => ({ kind: 'rename_column', column: [from], newName: to })),
    state: { columns: columns.map((each) => ({ ...each, name: names[each.key] ?? each.name })), partition },
  };
}

function reorder({ columns, partition }: MatrixState): ReturnType<typeof evolve> {
  const last = columns.at(-1);
  const [first, ...rest] = columns.slice(0, -1);
  if (last === undefined || first === undefined) return { changes: [], state: { columns, partition } };
  return {
    changes: [
      { kind: 'move_column', column: [last.name], position: { after: null } },
      { kind: 'move_column', column: [first.name], position: { after: rest.at(-1)?.name ?? null } },
    ],
    state: { columns: [last, ...rest, first], partition },
  };
}

function widen({ columns, partition }: MatrixState): ReturnType<typeof evolve> {
  const wider: Readonly<Record<string, DataType>> = {
    i: { kind: 'bigint' },
    r: { kind: 'double' },
    d9: decimal(20, 2),
    d18: decimal(38, 4),
  };
  return {
    changes: columns.flatMap(({ key, name }) => {
      const type = wider[key];
      return type === undefined ? [] : [{ kind: 'widen_column' as const, column: [name], type }];
    }),
    state: { columns: columns.map((each) => ({ ...each, type: wider[each.key] ?? each.type })), partition },
  };
}

function repartition(state: MatrixState): ReturnType<typeof evolve> {
  const id = { column: 'id', transform: { kind: 'bucket', buckets: 2 } } as const;
  const { partition } = state;
  const change: TableChange =
    partition === null
      ? { kind: 'add_partition_field', field: id }
      : { kind: 'replace_partition_field', field: partitionField(state, partition), replacement: id };
  return { changes: [change], state: { ...state, partition: { key: 'id', transform: id.transform } } };
}

function changeNested(state: MatrixState, step: 'added' | 'dropped' | 'renamed' | 'widened'): ReturnType<typeof evolve> {
  const part = (name: string, kind: 'integer' | 'bigint' | 'varchar') => ({ name, type: { kind }, nullable: true }) as const;
  const list = (kind: 'integer' | 'bigint') => ({ kind: 'list', element: { kind }, elementNullable: true }) as const;
  const tags = (kind: 'integer' | 'bigint') => ({ name: 'tags', type: list(kind), nullable: true }) as const;
  const z = { name: 'z', type: decimal(9, 2), nullable: true };
  const as = (
    fields: readonly { name: string; type: DataType; nullable: boolean }[],
    p: readonly string[],
    l: DataType | null = null,
  ): MatrixState => ({
    ...state,
    columns: state.columns.map((each) => {
      if (each.key === 'p') return { ...each, type: { kind: 'struct', fields }, values: p };
      return each.key === 'l' && l !== null ? { ...each, type: l } : each;
    }),
  });
  switch (step) {
    case 'added':
      return {
        changes: [{ kind: 'add_column', parent: ['p'], column: z, position: { after: 'x' }, ifNotExists: false }],
        state: as(
          [part('x', 'integer'), z, part('y', 'varchar'), tags('integer')],
          ["{'x': 2, 'z': 0.5, 'y': 'b', 'tags': [NULL]}", "{'x': NULL, 'z': NULL, 'y': 'c', 'tags': []}"],
        ),
      };
    case 'dropped':
      return {
        changes: [{ kind: 'drop_column', column: ['p', 'y'], ifExists: false }],
        state: as([part('x', 'integer'), z, tags('integer')], ["{'x': 3, 'z': 1.5, 'tags': NULL}", "{'x': NULL, 'z': -1, 'tags': [9]}"]),
      };
    case 'renamed':
      return {
        changes: [{ kind: 'rename_column', column: ['p', 'x'], newName: 'y' }],
        state: as([part('y', 'integer'), z, tags('integer')], ["{'y': 4, 'z': 2.5, 'tags': NULL}", "{'y': NULL, 'z': -2, 'tags': [8]}"]),
      };
    case 'widened':
      return {
        changes: [
          { kind: 'widen_column', column: ['p', 'y'], type: { kind: 'bigint' } },
          { kind: 'widen_column', column: ['p', 'tags', 'element'], type: { kind: 'bigint' } },
          { kind: 'widen_column', column: ['l', 'element'], type: { kind: 'bigint' } },
        ],
        state: as(
          [part('y', 'bigint'), z, tags('bigint')],
          ["{'y': 5000000000, 'z': 2.5, 'tags': [5000000000]}", "{'y': NULL, 'z': -2, 'tags': []}"],
          list('bigint'),
        ),
      };
  }
}

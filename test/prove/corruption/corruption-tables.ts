import { assert, type NewColumn, type TableSpec, type WriteGoal } from '../../../spi/index.ts';
import { openWarehouse, type Warehouse } from '../../../storage/index.ts';
import { closedDataService } from '../../unit/storage/fixture/closed-data-service.ts';
import { stageRows } from '../../unit/storage/fixture/stage-rows.ts';

const column = (name: string, type: NewColumn['type']): NewColumn => ({ name, type, nullable: true });

/** A table without partitions that has appends, a rewrite and a transaction behind it, and one with partitions and columns of many types. */
const SPECS: readonly TableSpec[] = [
  { ...named('plain'), columns: [column('id', { kind: 'bigint' }), column('name', { kind: 'varchar' })], partitioning: [] },
  {
    ...named('parts'),
    columns: [
      column('day', { kind: 'date' }),
      column('amount', { kind: 'decimal', precision: 12, scale: 2 }),
      column('at', { kind: 'timestamptz' }),
      column('tags', { kind: 'list', element: { kind: 'varchar' }, elementNullable: true }),
      column('score', { kind: 'double' }),
    ],
    partitioning: [{ column: 'day', transform: { kind: 'identity' } }],
  },
];

/** Names of the tables, all in the schema `main`. */
export const TABLES: readonly string[] = SPECS.map(({ name }) => name.name);

function named(name: string): Pick<TableSpec, 'name' | 'properties' | 'comment'> {
  return { name: { schema: 'main', name }, properties: { owner: 'nobody' }, comment: 'a table' };
}

/** Makes a warehouse with the tables. */
export async function makeTables(directory: string): Promise<void> {
  const warehouse = await openWarehouse({ directory, dataService: closedDataService(), onLog: () => undefined });
  for (const spec of SPECS) await warehouse.writer.createTable(spec, 'fail');
  const plain = (from: number): string =>
    `SELECT i::BIGINT AS id, 'name ' || i AS name FROM range(${String(from)}, ${String(from + 50)}) r(i)`;
  for (const from of [0, 50, 100]) await write(warehouse, 'plain', 'append', plain(from));
  await write(warehouse, 'plain', 'rewrite', plain(1000));
  for (const day of ['2030-01-01', '2030-01-02', '2030-01-03']) {
    const rows = `SELECT DATE '${day}' AS day, (i / 7)::DECIMAL(12, 2) AS amount, TIMESTAMPTZ '${day} 10:00:00Z' AS at, ['a', 'b' || i] AS tags, i / 3 AS score FROM range(40) r(i)`;
    await write(warehouse, 'parts', 'append', rows, [day]);
  }
  await warehouse.close();
}

async function write(
  warehouse: Warehouse,
  name: string,
  kind: 'append' | 'rewrite',
  query: string,
  partition: readonly string[] = [],
): Promise<void> {
  const table = await warehouse.catalog.resolve({ schema: 'main', name });
  assert(table?.kind === 'table', 'the table is there');
  const request = { table: table.ref, snapshotId: table.snapshotId, schemaId: table.schemaId, columns: [], filter: null };
  const [first] = (await warehouse.source.plan(request)).splits;
  const goal: WriteGoal =
    kind === 'append' ? { kind, table: table.ref } : { kind, table: table.ref, removes: first === undefined ? [] : [first.uri] };
  const transaction = await warehouse.sink.begin(goal);
  await transaction.commit([await stageRows(transaction, 'task', query, partition)], transaction.token);
}

/** Kinds of files of a table, by what their names look like. */
export const FILE_KINDS = {
  data: /\.parquet$/,
  manifest: /-m\d+\.avro$/,
  'manifest-list': /\/snap-[^/]*\.avro$/,
  metadata: /\.metadata\.json$/,
  checksums: /\/checksums-[^/]*\.json$/,
} as const;

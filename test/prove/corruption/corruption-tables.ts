import { join } from 'node:path';
import { assert, type Field, type NewColumn, type TableSpec, type WriteGoal } from '../../../spi/index.ts';
import { FILE_PATH_ID, POS_ID } from '../../../storage/iceberg/manifest/referenced-path.ts';
import { openWarehouse, type Warehouse } from '../../../storage/index.ts';
import { closedDataService } from '../../unit/storage/fixture/closed-data-service.ts';
import { stageRows, writeParquet } from '../../unit/storage/fixture/stage-rows.ts';

const column = (name: string, type: NewColumn['type']): NewColumn => ({ name, type, nullable: true });

const POSITIONS: readonly Field[] = [
  { id: FILE_PATH_ID, name: 'file_path', type: { kind: 'varchar' }, nullable: false },
  { id: POS_ID, name: 'pos', type: { kind: 'bigint' }, nullable: false },
];

/** A table without partitions that has appends and a rewrite behind it, one with partitions and columns of many types, and one with position deletes. */
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
  { ...named('thinned'), columns: [column('id', { kind: 'bigint' })], partitioning: [] },
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
  for (const from of [0, 100])
    await write(warehouse, 'thinned', 'append', `SELECT i::BIGINT AS id FROM range(${String(from)}, ${String(from + 60)}) r(i)`);
  await deletePositions(warehouse, 'thinned', [3, 5, 8, 13, 21, 34]);
  await warehouse.close();
}

/** Deletes rows of the first file of a table by their positions. */
async function deletePositions(warehouse: Warehouse, name: string, positions: readonly number[]): Promise<void> {
  const { table, firstFile } = await lookAt(warehouse, name);
  assert(firstFile !== undefined, 'the table has a file');
  const transaction = await warehouse.sink.begin({ kind: 'rewrite', table: table.ref, removes: [] });
  const { directory } = await transaction.target('task', 1);
  const query = `SELECT '${firstFile}' AS file_path, unnest([${positions.join(', ')}])::BIGINT AS pos`;
  const written = await writeParquet(join(directory, 'positions.parquet'), POSITIONS, query);
  await transaction.commit([{ task: 'task', attempt: 1, files: [{ ...written, deletes: firstFile }] }], transaction.token);
}

async function lookAt(warehouse: Warehouse, name: string) {
  const table = await warehouse.catalog.resolve({ schema: 'main', name });
  assert(table?.kind === 'table', 'the table is there');
  const request = { table: table.ref, snapshotId: table.snapshotId, schemaId: table.schemaId, columns: [], filter: null };
  return { table, firstFile: (await warehouse.source.plan(request)).splits[0]?.uri };
}

async function write(
  warehouse: Warehouse,
  name: string,
  kind: 'append' | 'rewrite',
  query: string,
  partition: readonly string[] = [],
): Promise<void> {
  const { table, firstFile } = await lookAt(warehouse, name);
  const goal: WriteGoal =
    kind === 'append' ? { kind, table: table.ref } : { kind, table: table.ref, removes: firstFile === undefined ? [] : [firstFile] };
  const transaction = await warehouse.sink.begin(goal);
  await transaction.commit([await stageRows(transaction, 'task', query, partition)], transaction.token);
}

/** Kinds of files of a table, by what their names look like. */
export const FILE_KINDS = {
  data: /\/part-\d+\.parquet$/,
  deletes: /\/positions\.parquet$/,
  manifest: /-m\d+\.avro$/,
  'manifest-list': /\/snap-[^/]*\.avro$/,
  metadata: /\.metadata\.json$/,
  checksums: /\/checksums-[^/]*\.json$/,
} as const;

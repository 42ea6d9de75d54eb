import { createWriteStream, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { ARROW_END_OF_STREAM, encodeSmallTable } from '../../../runtime/arrow/index.ts';
import { assert, type FileSource, type ParquetSplit, type ScanColumn, type TableChange, type TableSnapshot } from '../../../spi/index.ts';
import { type CatalogReader } from '../../../storage/catalog-store/catalog-store.ts';
import { openCatalogStore } from '../../../storage/catalog-store/open-catalog-store.ts';
import type { DataService } from '../../../storage/data/data-service.ts';
import { openDataService } from '../../../storage/data/open-data-service.ts';
import { openWarehouse, type Warehouse } from '../../../storage/index.ts';
import { layoutOf } from '../../../storage/warehouse-layout.ts';
import type { TableCase } from './table-cases.ts';

/** A warehouse in a temporary directory whose tables are made as users make them: from files, by commits. */
export interface ProofWarehouse {
  /** Folder for files beside the warehouse, removed with it. */
  readonly directory: string;
  readonly warehouse: Warehouse;
  /** A connection of a DuckDB of its own, which makes rows and reads files. */
  readonly duckdb: DuckDBConnection;
  build(table: TableCase): Promise<void>;
  /** Writes the rows of a query of DuckDB. */
  write(name: string, query: string, kind: 'append' | 'overwrite' | 'rewrite'): Promise<void>;
  /** Marks rows of data files as deleted: of every third file every third row, of the next all but the first; of `files` alone where they are given. */
  deleteRows(name: string, files?: ReadonlySet<string>): Promise<void>;
  /** Changes a table without touching its rows. */
  alter(name: string, changes: readonly TableChange[]): Promise<void>;
  /** Makes a table from one file of a user, with the types found in it. */
  load(name: string, source: FileSource): Promise<void>;
  /** Reads the whole table by the platform's own way into an Arrow stream file. */
  dump(name: string, as?: string): Promise<{ readonly metadata: string; readonly frames: string }>;
  /** Returns where the table's metadata is now, what it is, and which files hold its rows. */
  state(name: string): Promise<{ readonly metadata: string; readonly table: TableSnapshot; readonly splits: readonly ParquetSplit[] }>;
  close(): Promise<void>;
}

const UPGRADE: TableChange = { kind: 'set_properties', properties: { 'format-version': '3' } };
const DEFAULT_COLUMN: TableChange = {
  kind: 'add_column',
  parent: [],
  column: { name: 'filled', type: { kind: 'decimal', precision: 12, scale: 2 }, nullable: true, writeDefault: '-0.50' },
  position: null,
  ifNotExists: false,
};

/** Opens a warehouse; `change` may put a faulty data service between the warehouse and the true one. */
export async function openProofWarehouse(change: (service: DataService) => DataService = (service) => service): Promise<ProofWarehouse> {
  const directory = mkdtempSync(join(tmpdir(), 'iceberg-readers-'));
  const warehouseDirectory = join(directory, 'warehouse');
  const service = await openDataService({
    processesMax: 2,
    threads: 2,
    memoryBytesMax: 2 << 30,
    spoolDirectory: join(directory, 'spool'),
    uploadsDirectory: join(directory, 'uploads'),
    dataDirectory: warehouseDirectory,
    onLog: () => undefined,
  });
  const warehouse = await openWarehouse({ directory: warehouseDirectory, dataService: change(service), onLog: () => undefined });
  mkdirSync(join(directory, 'uploads'));
  const duckdb = await DuckDBInstance.create();
  const generator = await duckdb.connect();
  let files = 0;
  const store = openCatalogStore(layoutOf(warehouseDirectory).catalogDirectory, 'read');
  const write: ProofWarehouse['write'] = async (name, query, kind) => {
    // Uploads are read without a database of their own.
    const path = join(directory, 'uploads', `rows-${String((files += 1))}.parquet`);
    await generator.run(`COPY (${query}) TO '${path}' (FORMAT parquet)`);
    await writeFile(warehouse, name, { path, format: 'parquet', options: {}, columns: null }, kind);
  };
  const alter: ProofWarehouse['alter'] = async (name, changes) => {
    const { ref } = await snapshot(warehouse, name);
    await warehouse.writer.alterTable(ref, changes);
  };
  const deleteRows: ProofWarehouse['deleteRows'] = (name, of) => deletePositions(warehouse, name, String((files += 1)), of);
  const build = async (table: TableCase): Promise<void> => {
    await warehouse.writer.createTable(
      {
        name: { schema: 'main', name: table.name },
        columns: table.columns,
        partitioning: table.partitioning,
        properties: table.formatVersion === undefined ? {} : { 'format-version': String(table.formatVersion) },
        comment: null,
      },
      'fail',
    );
    for (const step of table.steps) {
      if (step.kind === 'delete') await deleteRows(table.name);
      else if (step.kind === 'upgrade' || step.kind === 'default')
        await alter(table.name, [step.kind === 'upgrade' ? UPGRADE : DEFAULT_COLUMN]);
      else await write(table.name, step.query, step.kind);
    }
  };
  return {
    directory,
    warehouse,
    duckdb: generator,
    build,
    write,
    alter,
    deleteRows,
    async load(name, source) {
      const { columns } = await warehouse.sink.inspect(source);
      await warehouse.writer.createTable(
        { name: { schema: 'main', name }, columns, partitioning: [], properties: {}, comment: null },
        'fail',
      );
      await writeFile(warehouse, name, source, 'append');
    },
    async dump(name, as = name) {
      const frames = join(directory, `${as}.arrows`);
      await writeFrames(warehouse, await snapshot(warehouse, name), frames);
      return { metadata: metadataOf(store, name), frames };
    },
    async state(name) {
      const table = await snapshot(warehouse, name);
      return { metadata: metadataOf(store, name), table, splits: (await planOf(warehouse, table)).splits };
    },
    async close() {
      duckdb.closeSync();
      await store.close();
      await warehouse.close();
      await service.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function metadataOf(store: CatalogReader, name: string): string {
  const location = store.relation({ schema: 'main', name })?.metadataLocation;
  assert(location !== undefined, `the table ${name} has metadata`);
  return location;
}

async function snapshot(warehouse: Warehouse, name: string): Promise<TableSnapshot> {
  const table = await warehouse.catalog.resolve({ schema: 'main', name });
  assert(table?.kind === 'table', `${name} is a table`);
  return table;
}

async function writeFile(warehouse: Warehouse, name: string, source: FileSource, kind: 'append' | 'overwrite' | 'rewrite'): Promise<void> {
  const table = await snapshot(warehouse, name);
  const { splits } = await planOf(warehouse, table);
  const removes = splits.filter((_, index) => index % 2 === 0).map((split) => split.uri);
  const transaction = await warehouse.sink.begin({ kind, table: table.ref, removes });
  await transaction.commit([await transaction.appendFile('load', 0, source)], source.path);
}

async function deletePositions(warehouse: Warehouse, name: string, key: string, of?: ReadonlySet<string>): Promise<void> {
  const table = await snapshot(warehouse, name);
  const { splits: all } = await planOf(warehouse, table);
  const splits = all.filter(({ uri }) => of === undefined || of.has(uri));
  const rows = splits.flatMap(({ uri, rows: count }, index) =>
    Array.from({ length: count }, (_, position) => position)
      .filter((position) => (index % 3 === 0 ? position % 3 === 1 : index % 3 === 1 && position > 0))
      .map((position) => [uri, String(position)]),
  );
  const columns = [
    { name: 'file', type: { kind: 'varchar' } as const },
    { name: 'position', type: { kind: 'bigint' } as const },
  ];
  const frames = encodeSmallTable(columns, rows);
  const transaction = await warehouse.sink.begin({ kind: 'rewrite', table: table.ref, removes: [], readAt: table.snapshotId });
  await transaction.commit([await transaction.appendDeletes('delete', 0, asSequence(frames))], key);
}

async function* asSequence(frames: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for (const frame of frames) yield await Promise.resolve(frame);
}

async function planOf(warehouse: Warehouse, table: TableSnapshot): Promise<{ columns: ScanColumn[]; splits: readonly ParquetSplit[] }> {
  const columns = table.fields.map((field, index) => ({ ...field, id: index, fieldId: field.id }));
  const request = { table: table.ref, snapshotId: table.snapshotId, schemaId: table.schemaId, columns, filter: null, deletes: true };
  return { columns, splits: (await warehouse.source.plan(request)).splits };
}

async function writeFrames(warehouse: Warehouse, table: TableSnapshot, path: string): Promise<void> {
  const { columns, splits } = await planOf(warehouse, table);
  const out = createWriteStream(path);
  for (const [index, split] of splits.entries()) {
    let first = true;
    for await (const frame of warehouse.source.read(split, columns)) {
      if (!first || index === 0) await new Promise((resolve) => out.write(frame, resolve));
      first = false;
    }
  }
  out.end(ARROW_END_OF_STREAM);
  await finished(out);
}

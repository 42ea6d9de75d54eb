import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import { ARROW_END_OF_STREAM, encodeSmallTable } from '../../../runtime/arrow/index.ts';
import { assert, type FileSource, type ParquetSplit, type ScanColumn, type TableChange, type TableSnapshot } from '../../../spi/index.ts';
import { openCatalogStore } from '../../../storage/catalog-store/open-catalog-store.ts';
import type { DataService } from '../../../storage/data/data-service.ts';
import { openDataService } from '../../../storage/data/open-data-service.ts';
import { openWarehouse, type Warehouse } from '../../../storage/index.ts';
import { layoutOf } from '../../../storage/warehouse-layout.ts';
import type { TableCase } from './table-cases.ts';

/** A warehouse in a temporary directory whose tables are made as users make them: from files, by commits. */
export interface ProofWarehouse {
  build(table: TableCase): Promise<void>;
  /** Makes a table from one file of a user, with the types found in it. */
  load(name: string, source: FileSource): Promise<void>;
  /** Reads the whole table by the platform's own way into an Arrow stream file. */
  dump(name: string): Promise<{ readonly metadata: string; readonly frames: string }>;
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
  const duckdb = await DuckDBInstance.create();
  const generator = await duckdb.connect();
  let files = 0;
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
      if (step.kind === 'delete') {
        await deletePositions(warehouse, table.name, String((files += 1)));
        continue;
      }
      if (step.kind === 'upgrade' || step.kind === 'default') {
        const { ref } = await snapshot(warehouse, table.name);
        await warehouse.writer.alterTable(ref, [step.kind === 'upgrade' ? UPGRADE : DEFAULT_COLUMN]);
        continue;
      }
      const path = join(directory, `rows-${String((files += 1))}.parquet`);
      await generator.run(`COPY (${step.query}) TO '${path}' (FORMAT parquet)`);
      await writeFile(warehouse, table.name, { path, format: 'parquet', options: {}, columns: null }, step.kind);
    }
  };
  return {
    build,
    async load(name, source) {
      const { columns } = await warehouse.sink.inspect(source);
      await warehouse.writer.createTable(
        { name: { schema: 'main', name }, columns, partitioning: [], properties: {}, comment: null },
        'fail',
      );
      await writeFile(warehouse, name, source, 'append');
    },
    async dump(name) {
      const store = openCatalogStore(layoutOf(warehouseDirectory).catalogDirectory, 'read');
      const metadata = store.relation({ schema: 'main', name })?.metadataLocation;
      await store.close();
      assert(metadata !== undefined, `the table ${name} has metadata`);
      const frames = join(directory, `${name}.arrows`);
      await writeFrames(warehouse, await snapshot(warehouse, name), frames);
      return { metadata, frames };
    },
    async close() {
      duckdb.closeSync();
      await warehouse.close();
      await service.close();
      rmSync(directory, { recursive: true, force: true });
    },
  };
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

/** Marks rows of two in three data files as deleted: of one every third row, of the next all but the first. */
async function deletePositions(warehouse: Warehouse, name: string, key: string): Promise<void> {
  const table = await snapshot(warehouse, name);
  const { splits } = await planOf(warehouse, table);
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

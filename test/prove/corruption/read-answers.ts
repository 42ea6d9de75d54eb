import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { assert, locationToPath } from '../../../spi/index.ts';
import { MetadataReader } from '../../../storage/catalog/metadata-reader.ts';
import { StoredCatalog } from '../../../storage/catalog/stored-catalog.ts';
import type { CatalogStore } from '../../../storage/catalog-store/catalog-store.ts';
import { openCatalogStore } from '../../../storage/catalog-store/open-catalog-store.ts';
import { localFileSystem } from '../../../storage/file/local-file-system.ts';
import { StoredTableSource } from '../../../storage/scan/stored-table-source.ts';
import { StagedSnapshots } from '../../../storage/transaction/staged-snapshots.ts';
import { verifyTable } from '../../../storage/verify/verify-table.ts';
import { closedDataService } from '../../unit/storage/fixture/closed-data-service.ts';
import { TABLES } from './corruption-tables.ts';

/** Reads the tables of a warehouse as a new process would. */
export interface AnswerReader {
  /** Returns schema, counts and rows of all tables as one text. With `verified` each data file is compared with its checksum first.
   *  @throws what the storage or the engine throws */
  read(verified: boolean, change?: (reader: MetadataReader) => MetadataReader): Promise<string>;
  close(): Promise<void>;
}

/** Opens the warehouse for reading, with an engine that stays warm. */
export async function openAnswerReader(directory: string): Promise<AnswerReader> {
  const store = openCatalogStore(join(directory, 'catalog'), 'read');
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  return {
    read: async (verified, change = (reader) => reader) => {
      const answers: unknown[] = [];
      const metadata = change(new MetadataReader(localFileSystem()));
      for (const name of TABLES) answers.push(await readTable(store, metadata, connection, name, verified));
      return JSON.stringify(answers);
    },
    close: async () => {
      connection.closeSync();
      instance.closeSync();
      await store.close();
    },
  };
}

async function readTable(
  store: CatalogStore,
  metadata: MetadataReader,
  connection: DuckDBConnection,
  name: string,
  verified: boolean,
): Promise<unknown> {
  const table = await new StoredCatalog(store, metadata).resolve({ schema: 'main', name });
  assert(table?.kind === 'table', 'the table is there');
  const { ref, snapshotId, schemaId, fields, rows, properties, comment, partitionSpec } = table;
  if (verified) await verifyTable(localFileSystem(), store, metadata, { schema: 'main', name });
  const source = new StoredTableSource(store, metadata, closedDataService(), new StagedSnapshots());
  const columns = fields.map((field) => ({ ...field, fieldId: field.id }));
  const { splits } = await source.plan({ table: ref, snapshotId, schemaId, columns, filter: null });
  const paths = splits.map(({ uri }) => `'${locationToPath(uri)}'`).join(', ');
  const read = await connection.runAndReadAll(`SELECT * FROM read_parquet([${paths}]) ORDER BY ALL`);
  const planned = splits.map(({ uri, rows: told, partition, matchesSchema }) => [uri, told, partition, matchesSchema]);
  return [fields, rows, properties, comment, partitionSpec, planned, read.getRowsJson()];
}

import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { assert, locationToPath } from '../../../spi/index.ts';
import { MetadataReader } from '../../../storage/catalog/metadata-reader.ts';
import { StoredCatalog } from '../../../storage/catalog/stored-catalog.ts';
import type { CatalogStore } from '../../../storage/catalog-store/catalog-store.ts';
import { openCatalogStore } from '../../../storage/catalog-store/open-catalog-store.ts';
import type { FileSystem } from '../../../storage/file/file-system.ts';
import { digestFile } from '../../../storage/file/digest-file.ts';
import { localFileSystem } from '../../../storage/file/local-file-system.ts';
import { StoredTableSource } from '../../../storage/scan/stored-table-source.ts';
import { OpenTransactions } from '../../../storage/transaction/open-transactions.ts';
import { ReadVerifier } from '../../../storage/verify/read-verifier.ts';
import { closedDataService } from '../../unit/storage/fixture/closed-data-service.ts';
import { TABLES } from './corruption-tables.ts';

/** Reads the tables of a warehouse as a new process would. */
export interface AnswerReader {
  /** Returns schema, counts and rows of all tables as one text. A mutant does not compare data files with their checksums first, or trusts metadata files
   *  whatever their names tell.
   *  @throws what the storage or the engine throws */
  read(mutant?: 'without-checksums' | 'without-sealed-names'): Promise<string>;
  /** Paths of the files that reads have opened. */
  readonly opened: ReadonlySet<string>;
  close(): Promise<void>;
}

/** Opens the warehouse for reading, with an engine that stays warm. */
export async function openAnswerReader(directory: string): Promise<AnswerReader> {
  const opened = new Set<string>();
  const files = watched(localFileSystem(), opened);
  const store = openCatalogStore(join(directory, 'catalog'), 'read');
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  // A file that is put back has the length and, to the second, the time of the damaged one.
  await connection.run('SET enable_external_file_cache = false');
  return {
    opened,
    read: async (mutant) => {
      const answers: unknown[] = [];
      const metadata = mutant === 'without-sealed-names' ? new TrustingReader(files) : new MetadataReader(files);
      for (const name of TABLES)
        answers.push(await readTable({ store, metadata, connection, files }, name, mutant !== 'without-checksums'));
      return JSON.stringify(answers);
    },
    close: async () => {
      connection.closeSync();
      instance.closeSync();
      await store.close();
    },
  };
}

/** What a table is read with. */
interface ReadParts {
  readonly store: CatalogStore;
  readonly metadata: MetadataReader;
  readonly connection: DuckDBConnection;
  readonly files: FileSystem;
}

async function readTable({ store, metadata, connection, files }: ReadParts, name: string, verified: boolean): Promise<unknown> {
  const table = await new StoredCatalog(store, metadata).resolve({ schema: 'main', name });
  assert(table?.kind === 'table', 'the table is there');
  const { ref, snapshotId, schemaId, fields, rows, properties, comment, partitionSpec } = table;
  const data = { ...closedDataService(), digest: (location: string) => digestFile(files, location) };
  // As a server with `storage.verifyOnRead` that was just started.
  const verifier = new ReadVerifier({ files, metadata, data });
  const source = new StoredTableSource(store, metadata, data, new OpenTransactions(), verifier, verified);
  const columns = fields.map((field) => ({ ...field, fieldId: field.id }));
  const { splits } = await source.plan({ table: ref, snapshotId, schemaId, columns, filter: null, deletes: true });
  const deletes = [...new Set(splits.flatMap((split) => split.deletes.map(({ uri }) => uri)))];
  const names = columns.map((each) => `"${each.name}"`).join(', ');
  const gone =
    deletes.length === 0
      ? ''
      : `ANTI JOIN read_parquet(${listOf(deletes)}) d ON d.file_path = 'file://' || r.filename AND d.pos = r.file_row_number`;
  const rowsOf = `read_parquet(${listOf(splits.map(({ uri }) => uri))}, filename = true, file_row_number = true) r`;
  const read = await connection.runAndReadAll(`SELECT ${names} FROM ${rowsOf} ${gone} ORDER BY ALL`);
  const planned = splits.map(({ uri, rows: told, partition, matchesSchema, deletes: own }) => [uri, told, partition, matchesSchema, own]);
  return [fields, rows, properties, comment, partitionSpec, planned, read.getRowsJson()];
}

const listOf = (uris: readonly string[]): string => `[${uris.map((uri) => `'${locationToPath(uri)}'`).join(', ')}]`;

/** A mutant: it takes the bytes of metadata files as they are. */
class TrustingReader extends MetadataReader {
  readonly #files: FileSystem;

  constructor(files: FileSystem) {
    super(files);
    this.#files = files;
  }

  override bytes(location: string): Promise<Uint8Array> {
    return this.#files.read(locationToPath(location));
  }
}

function watched(files: FileSystem, opened: Set<string>): FileSystem {
  return {
    ...files,
    read: (path) => {
      opened.add(path);
      return files.read(path);
    },
    stream: (path) => {
      opened.add(path);
      return files.stream(path);
    },
  };
}

import { resolve } from 'node:path';
import type {
  Catalog,
  CatalogWriter,
  RelationName,
  SettingStore,
  StreamStore,
  TableMaintenance,
  TableSink,
  TableSource,
  TableTransfer,
  TableVerification,
  TransactionStore,
} from '../spi/index.ts';
import { CommittingCatalogWriter } from './catalog/committing-catalog-writer.ts';
import { MetadataReader } from './catalog/metadata-reader.ts';
import { StoredCatalog } from './catalog/stored-catalog.ts';
import { openCatalogStore } from './catalog-store/open-catalog-store.ts';
import type { CommittedAnswer } from './commit/commit-write.ts';
import { superviseCommitter } from './committer/supervised-committer.ts';
import type { DataService } from './data/data-service.ts';
import type { FileSystem } from './file/file-system.ts';
import { localFileSystem } from './file/local-file-system.ts';
import { StoredTableMaintenance } from './maintenance/stored-table-maintenance.ts';
import { StoredTableSource } from './scan/stored-table-source.ts';
import { CommittingSettingStore } from './setting/committing-setting-store.ts';
import { CommittingStreamStore } from './stream/committing-stream-store.ts';
import type { SweepResult } from './sweep/sweep-warehouse.ts';
import { OpenTransactions } from './transaction/open-transactions.ts';
import { StoredTransactionStore } from './transaction/stored-transaction-store.ts';
import { StoredTableTransfer } from './transfer/stored-table-transfer.ts';
import { ReadVerifier } from './verify/read-verifier.ts';
import { verifyTable } from './verify/verify-table.ts';
import { checkFormat } from './warehouse-format.ts';
import { layoutOf } from './warehouse-layout.ts';
import { markProcess } from './write/process-mark.ts';
import { StoredTableSink } from './write/stored-table-sink.ts';

/** How a warehouse is opened. */
export interface WarehouseOptions {
  /** Made when it does not exist. */
  readonly directory: string;
  /** Reads and writes the data files; stays the caller's, who closes it after the warehouse. */
  readonly dataService: DataService;
  /** Lost races after which a commit gives up. Default 100. */
  readonly commitRetriesMax?: number;
  /** Whether data files are compared with their checksums before their rows are used, each once in the life of the process. Default false; tables
   *  with the property `verify-on-read` are checked anyway. */
  readonly verifyOnRead?: boolean;
  /** Takes what the storage has to tell operators, line by line. */
  onLog(line: string): void;
}

/** An open warehouse. Several processes of one machine may have the same one open. */
export interface Warehouse {
  readonly catalog: Catalog;
  readonly writer: CatalogWriter;
  readonly source: TableSource;
  readonly sink: TableSink;
  readonly transactions: TransactionStore;
  readonly streams: StreamStore;
  readonly settings: SettingStore;
  readonly maintenance: TableMaintenance;
  readonly transfer: TableTransfer;
  /** Directory below which all tables' files are. */
  readonly dataDirectory: string;
  /** Reads every data file of a table's current snapshot and compares it with the checksum that was taken when it was committed.
   *  @throws STORAGE_CORRUPT when a file is missing or has changed, CATALOG_UNKNOWN_TABLE */
  verify(name: RelationName): Promise<TableVerification>;
  /** Removes staged files and dropped tables that nobody has touched for `olderThanMs` (default a day). */
  sweep(olderThanMs?: number): Promise<SweepResult>;
  /** Waits for the changes that are under way. */
  close(): Promise<void>;
}

/** Parts that tests replace to make failures happen. */
export interface WarehouseParts {
  readonly files: FileSystem;
  readonly committerEntry: URL;
  readonly committerEnv: Readonly<Record<string, string>>;
}

const COMMIT_RETRIES_MAX = 100;

/** Units: milliseconds after which what nobody refers to is taken for abandoned. */
const ABANDONED_AFTER_MS = 24 * 3_600_000;

/** Opens a warehouse, or makes a new one, which has the schema `main`.
 *  @throws STORAGE_FORMAT_TOO_NEW, STORAGE_UNAVAILABLE, STORAGE_IO */
export function openWarehouse(options: WarehouseOptions): Promise<Warehouse> {
  return openWarehouseWith(options, {
    files: localFileSystem(),
    committerEntry: new URL('./committer/committer-main.ts', import.meta.url),
    committerEnv: {},
  });
}

/** As `openWarehouse`, with parts of the caller's. */
export async function openWarehouseWith(options: WarehouseOptions, parts: WarehouseParts): Promise<Warehouse> {
  const { files } = parts;
  const directory = resolve(options.directory);
  const layout = layoutOf(directory);
  await files.makeDirectory(directory);
  await checkFormat(files, layout.formatFile);
  const committer = await superviseCommitter({
    entry: parts.committerEntry,
    warehouseDirectory: directory,
    retriesMax: options.commitRetriesMax ?? COMMIT_RETRIES_MAX,
    env: parts.committerEnv,
    onLog: (line) => {
      options.onLog(line);
    },
  });
  const mark = await markProcess(files, layout.processesDirectory);
  const store = openCatalogStore(layout.catalogDirectory, 'read');
  const metadata = new MetadataReader(files);
  const data = options.dataService;
  const open = new OpenTransactions();
  const sink = new StoredTableSink({
    names: store,
    committed: (uuid, key) => store.commit(uuid, key),
    commit: async (write) => {
      const answer = (await committer.run({ kind: 'commit_write', write })) as unknown as CommittedAnswer;
      const { succeeding, ...result } = answer;
      if (succeeding !== undefined) metadata.succeed(succeeding);
      return result;
    },
    metadata,
    data,
    files,
    layout,
    mark,
  });
  const verifier = new ReadVerifier({ files, metadata, data });
  const onLog = (line: string): void => {
    options.onLog(line);
  };
  const shared = { committer, files, store, metadata, warehouseDirectory: directory, onLog };
  const transfer = new StoredTableTransfer({ ...shared, tablesDirectory: layout.tablesDirectory });
  const warehouse: Warehouse = {
    catalog: new StoredCatalog(store, metadata),
    writer: new CommittingCatalogWriter(committer),
    source: new StoredTableSource(store, metadata, data, open, verifier, options.verifyOnRead ?? false),
    sink,
    transactions: new StoredTransactionStore({ store, metadata, committer, data, files, layout, mark, open }),
    streams: new CommittingStreamStore(store, committer, sink),
    settings: new CommittingSettingStore(store, committer),
    maintenance: new StoredTableMaintenance({ ...shared, processesDirectory: layout.processesDirectory, transactions: open }),
    transfer,
    dataDirectory: layout.tablesDirectory,
    verify: (name) => verifyTable(files, store, new MetadataReader(files), name),
    sweep: async (olderThanMs = ABANDONED_AFTER_MS) => (await committer.run({ kind: 'sweep', olderThanMs })) as unknown as SweepResult,
    async close() {
      await committer.close();
      await store.close();
      await mark.remove();
    },
  };
  warehouse.maintenance.protect(() => transfer.snapshotsInUse());
  sweepInBackground(warehouse, options);
  return warehouse;
}

/** What a crash left behind is not urgent: a failed sweep is told and tried again at the next start. */
function sweepInBackground(warehouse: Warehouse, options: WarehouseOptions): void {
  warehouse.sweep().then(
    (swept) => {
      if (swept.stagingDirectories + swept.tableDirectories > 0) options.onLog(`the sweep removed ${JSON.stringify(swept)}`);
    },
    (error: unknown) => {
      options.onLog(`the sweep failed: ${String(error)}`);
    },
  );
}

import { availableParallelism } from 'node:os';
import { assert, PlatformError, type TableSource } from '../../spi/index.ts';
import { planScans } from '../../engines/duckdb/plan-scans.ts';
import { printQuery } from '../../engines/duckdb/print-query.ts';
import { type Connection, openDatabase } from '../../runtime/duckdb/index.ts';
import { bindStatement } from '../../sql/bind/index.ts';
import { parseStatement } from '../../sql/parse/index.ts';
import { findTable } from '../../storage/catalog/find-table.ts';
import { snapshotById } from '../../storage/catalog/find-snapshot.ts';
import { MetadataReader } from '../../storage/catalog/metadata-reader.ts';
import { StoredCatalog } from '../../storage/catalog/stored-catalog.ts';
import { openCatalogStore } from '../../storage/catalog-store/open-catalog-store.ts';
import { localFileSystem } from '../../storage/file/local-file-system.ts';
import { planScan } from '../../storage/scan/plan-scan.ts';
import { layoutOf } from '../../storage/warehouse-layout.ts';

/** Runs statements in this process, each to the last Arrow frame: over tables as an engine's process does, and over bare files. */
export interface TableReader {
  /** Binds a query of tables, plans its files, prints and runs it. */
  readTable(sql: string): Promise<void>;
  /** Runs DuckDB's SQL in a database of its own, which is set up as that of the tables. */
  readBare(sql: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens the tables of a warehouse, which a server may have open too. */
export function openTableReader(warehouseDirectory: string): TableReader {
  const store = openCatalogStore(layoutOf(warehouseDirectory).catalogDirectory, 'read');
  const metadata = new MetadataReader(localFileSystem());
  const catalog = new StoredCatalog(store, metadata);
  const tables: TableSource = {
    plan: async (request) => {
      const table = await metadata.table(findTable(store, request.table).metadataLocation);
      return planScan(metadata, table, request.snapshotId === null ? null : snapshotById(table, request.snapshotId), request);
    },
    read: () => {
      throw new PlatformError('ENGINE_UNSUPPORTED', 'DuckDB reads the files itself.');
    },
  };
  const databases = [0, 1].map(() => openDatabase({ config: { threads: String(availableParallelism()) } }));
  const [ours, bare] = databases.map((database) => database.connect());
  assert(ours !== undefined && bare !== undefined, 'there is a connection for each');
  return {
    readTable: async (sql) => {
      const startedAtUs = `${String(Date.now())}000`;
      const session = { timeZone: 'UTC', startedAtUs };
      const statement = await bindStatement(parseStatement(sql), {
        ...session,
        catalog,
        text: sql,
        principal: { user: 'bench' },
        schema: 'main',
        parameters: [],
        virtualRelation: () => Promise.resolve(null),
      });
      assert(statement.kind === 'query', 'the benchmark runs queries');
      const { inputs } = await planScans(statement.query, tables);
      await drain(ours, printQuery({ plan: statement.query.plan, session, scans: inputs, parameters: [] }).sql);
    },
    readBare: (sql) => drain(bare, sql),
    close: async () => {
      await Promise.all(databases.map((database) => database.close()));
      await store.close();
    },
  };
}

async function drain(connection: Connection, sql: string): Promise<void> {
  const stream = await connection.stream(sql);
  for (let frame = await stream.next(); frame !== null; frame = await stream.next()) stream.recycle(frame);
  await stream.close();
}

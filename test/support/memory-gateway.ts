import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Catalog, type CatalogWriter, PlatformError, type TableSnapshot, type TableSource } from '../../spi/index.ts';
import { createGateway, type EngineFleet, type Gateway, type GatewayConfig, loadEngines } from '../../sql-gateway/index.ts';
import { IdleTableMaintenance } from './idle-table-maintenance.ts';
import { IdleTableTransfer } from './idle-table-transfer.ts';
import { type MemoryEngineOptions, memoryEnginePlugin } from './memory-engine.ts';
import { createMemorySettingStore } from './memory-setting-store.ts';
import { createMemoryTransactionStore } from './memory-transaction-store.ts';
import { createMemoryTableSink, type MemoryTableSink } from './memory-table-sink.ts';
import { createMemoryStreamStore } from './memory-stream-store.ts';
import { createSilentLog } from './silent-log.ts';

/** A gateway that listens on a free port of the loopback address, over memory parts. */
export interface MemoryGateway {
  readonly gateway: Gateway;
  readonly engines: EngineFleet;
  readonly url: string;
  readonly port: number;
  readonly sink: MemoryTableSink;
  readonly log: ReturnType<typeof createSilentLog>;
  /** A folder that COPY may use. */
  readonly allowed: string;
  readonly root: string;
  /** Calls with a valid token. */
  call(path: string, init?: RequestInit): Promise<Response>;
  sql(
    text: string,
    init?: { readonly accept?: string; readonly headers?: Record<string, string>; readonly body?: object },
  ): Promise<Response>;
  close(): Promise<void>;
}

/** The token of the only user, ada. */
export const TOKEN = 'test-token';

const TABLE: TableSnapshot = {
  kind: 'table',
  ref: { schema: 'main', name: 't', uuid: 'u' },
  snapshotId: '1',
  schemaId: 0,
  fields: [{ id: 1, name: 'n', type: { kind: 'bigint' }, nullable: true }],
  partitionSpec: { specId: 0, fields: [{ sourceId: 1, fieldId: 1000, name: 'n_bucket', transform: { kind: 'bucket', buckets: 4 } }] },
  properties: {},
  rows: 0,
  bytes: 0,
  files: 0,
  comment: null,
};

/** The catalog of one schema `main` with one table `t (n bigint)`. */
const CATALOG: Catalog = {
  pinned: () => CATALOG,
  schemas: () => Promise.resolve(['main']),
  relations: (schema) =>
    schema === 'main'
      ? Promise.resolve([{ schema: 'main', name: 't', kind: 'table' }])
      : Promise.reject(new PlatformError('CATALOG_UNKNOWN_SCHEMA', `there is no schema '${schema}'`)),
  resolve: ({ schema, name }) => Promise.resolve(schema === 'main' && name === 't' ? TABLE : null),
  history: () => Promise.resolve([]),
  metadataTable: () => Promise.resolve({ columns: [], rows: [] }),
};

/** Starts a gateway over one memory engine per options given. */
export async function startMemoryGateway(
  engines: readonly MemoryEngineOptions[] = [{}],
  limits: Partial<GatewayConfig['limits']> = {},
  overrides: Partial<GatewayConfig> = {},
): Promise<MemoryGateway> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'gateway-')));
  const allowed = join(root, 'allowed');
  mkdirSync(allowed);
  const log = createSilentLog();
  const sink = createMemoryTableSink();
  const fleet = await loadEngines(
    engines.map((options) => ({ module: memoryEnginePlugin(options), config: {} })),
    { tables: {} as TableSource, log, spoolDirectory: join(root, 'engines'), dataDirectory: root },
  );
  const gateway = await createGateway({
    catalog: CATALOG,
    catalogWriter: {} as CatalogWriter,
    sink,
    tables: {} as TableSource,
    maintenance: new IdleTableMaintenance(),
    transfer: new IdleTableTransfer(),
    settings: createMemorySettingStore(),
    transactions: createMemoryTransactionStore(CATALOG, sink),
    streams: createMemoryStreamStore(),
    streamsDirectory: join(root, 'streams'),
    engines: fleet,
    spoolDirectory: join(root, 'spool'),
    jobs: { directory: join(root, 'jobs'), resume: false, isProcessRunning: () => false },
    config: {
      http: { host: '127.0.0.1', port: 0, allowedHosts: [], allowedOrigins: ['https://app.example.com'] },
      auth: {
        mode: 'token',
        tokens: [
          { user: 'ada', token: TOKEN },
          { user: 'bob', token: 'bobs-token' },
        ],
      },
      files: { allowedDirectories: [allowed], protectedDirectories: [] },
      limits: {
        queryTimeoutMs: 60_000,
        concurrentQueries: 4,
        queuedQueries: 4,
        bodyBytesMax: 2 ** 20,
        bodyBytesPerSecondMin: 0,
        readerStallMs: 60_000,
        ...limits,
      },
      ...overrides,
    },
    log,
  });
  await gateway.listen();
  const { url, port } = gateway.address;
  const call = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(url + path, { ...init, headers: { authorization: `Bearer ${TOKEN}`, ...(init.headers as Record<string, string>) } });
  return {
    gateway,
    engines: fleet,
    url,
    port,
    sink,
    log,
    allowed,
    root,
    call,
    sql: (text, { accept = 'application/json', headers = {}, body = {} } = {}) =>
      call('/v1/sql', {
        method: 'POST',
        headers: { accept, 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ sql: text, ...body }),
      }),
    close: async () => {
      await gateway.close();
      rmSync(root, { recursive: true });
    },
  };
}

import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeStorage } from '../../cli/compose-platform.ts';
import { loadConfig } from '../../cli/config/load-config.ts';
import { isProcessRunning } from '../../runtime/process/index.ts';
import type { EnginePlugin } from '../../spi/index.ts';
import { type ConnectorEntry, createGateway, loadEngines, openOutsideDatabases } from '../../sql-gateway/index.ts';
import { postStatement, type StatementAnswer } from './post-statement.ts';
import { createSilentLog } from './silent-log.ts';

/** A server in this process over a warehouse on disk, real engines and outside databases. */
export interface OutsidePlatform {
  readonly log: ReturnType<typeof createSilentLog>;
  /** Folder of the tables' files. */
  readonly tablesDirectory: string;
  readonly url: string;
  ask(sql: string, body?: object, headers?: Record<string, string>): Promise<StatementAnswer>;
  close(): Promise<void>;
}

/** Which engines run, and how much a statement may fetch. */
export interface OutsidePlatformOptions {
  readonly engines: readonly (string | EnginePlugin)[];
  readonly connectors: readonly ConnectorEntry[];
  /** Units: bytes. */
  readonly bytesMax?: number;
  readonly shadowShare?: number;
}

/** Starts a server on a free port. Engines are named by their folder. */
export async function startOutsidePlatform(options: OutsidePlatformOptions): Promise<OutsidePlatform> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'outside-')));
  mkdirSync(join(root, 'files'));
  const flags = [`data.directory=${root}/data`, 'http.port=0', `files.allowedDirectories=${join(root, 'files')}`];
  const { config } = loadConfig({ file: null, environment: {}, flags, workingDirectory: root });
  const log = createSilentLog();
  const storage = await composeStorage(config, log);
  const { warehouse } = storage;
  const outside = await openOutsideDatabases({
    connectors: options.connectors,
    catalog: warehouse.catalog,
    tables: warehouse.source,
    sink: warehouse.sink,
    bytesMax: options.bytesMax ?? 2 ** 30,
    log,
  });
  const engines = await loadEngines(
    options.engines.map((engine) => ({
      module: typeof engine === 'string' ? new URL(`../../${engine}/index.ts`, import.meta.url).href : engine,
      config: {},
    })),
    { tables: outside.tables, log, spoolDirectory: join(storage.spoolDirectory, 'engines'), dataDirectory: warehouse.dataDirectory },
  );
  const gateway = await createGateway({
    ...warehouse,
    catalogWriter: warehouse.writer,
    tables: warehouse.source,
    outside,
    streamsDirectory: join(root, 'streams'),
    engines,
    spoolDirectory: join(storage.spoolDirectory, 'gateway'),
    jobs: { directory: join(root, 'jobs'), resume: false, isProcessRunning },
    config: {
      ...config,
      auth: { mode: 'none' },
      files: { ...config.files, protectedDirectories: [] },
      routing: { shadowShare: options.shadowShare ?? 0 },
    },
    log,
  });
  await gateway.listen();
  const { url } = gateway.address;
  return {
    log,
    url,
    tablesDirectory: warehouse.dataDirectory,
    ask: (sql, body, headers) => postStatement(url, sql, body, headers),
    close: async () => {
      await gateway.close();
      await storage.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

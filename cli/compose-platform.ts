import { existsSync, mkdirSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { isProcessRunning } from '../runtime/process/index.ts';
import type { Logger } from '../spi/index.ts';
import {
  createGateway,
  EngineInstaller,
  type Gateway,
  loadEngines,
  loadFunctions,
  openOutsideDatabases,
  type OutsideDatabases,
} from '../sql-gateway/index.ts';
import { openDataService, openWarehouse, type Warehouse } from '../storage/index.ts';
import type { Config } from './config/config.ts';
import type { TlsMaterial } from './server/read-tls-files.ts';
import { checkEngine } from './server/check-engine.ts';

/** The storage of a data directory, opened by this process. */
export interface Storage {
  readonly warehouse: Warehouse;
  /** Directory for this process's temporary files. */
  readonly spoolDirectory: string;
  close(): Promise<void>;
}

/** All parts put together. */
export interface Platform {
  readonly storage: Storage;
  readonly gateway: Gateway;
  close(): Promise<void>;
}

/** Engines that come with the product, by the name that the configuration calls them; any other name is a package or a path. */
const BUILT_IN_ENGINES: ReadonlySet<string> = new Set(['olap', 'batch', 'stream']);

function moduleOf(name: string): string {
  if (!BUILT_IN_ENGINES.has(name)) return name;
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`../engines/${name}/index.${ending}`, import.meta.url).href;
}

/** Opens the warehouse of the configured data directory, creating it when it is new. Several processes may have it open. */
export async function composeStorage(config: Config, log: Logger): Promise<Storage> {
  const directory = config.data.directory;
  const spoolDirectory = makeSpool(join(directory, 'spool'));
  const warehouseDirectory = join(directory, 'warehouse');
  mkdirSync(warehouseDirectory, { recursive: true });
  const onLog = (line: string): void => {
    log.warn({ part: 'storage' }, line);
  };
  const dataService = await openDataService({
    processesMax: config.storage.processes,
    threads: availableParallelism(),
    memoryBytesMax: config.storage.memoryBytesMax,
    spoolDirectory: join(spoolDirectory, 'storage'),
    dataDirectory: join(warehouseDirectory, 'tables'),
    uploadsDirectory: join(spoolDirectory, 'gateway'),
    foreignDirectories: foreignDirectories(config),
    onLog,
  });
  const warehouse = await openWarehouse({ directory: warehouseDirectory, dataService, verifyOnRead: config.storage.verifyOnRead, onLog });
  return {
    warehouse,
    spoolDirectory,
    close: async () => {
      await warehouse.close();
      await dataService.close();
      rmSync(spoolDirectory, { recursive: true, force: true });
    },
  };
}

/** Folders in which tables may have files of other programs, by the names of the configuration and with their links resolved. */
function foreignDirectories({ files }: Config): readonly string[] {
  const real = files.allowedDirectories.flatMap((folder) => (existsSync(folder) ? [realpathSync(folder)] : []));
  return [...new Set([...files.allowedDirectories, ...real])];
}

/** What a platform does on its own. */
export interface PlatformOptions {
  /** Whether unfinished jobs of earlier processes are taken up when the gateway listens. */
  readonly resumeJobs: boolean;
}

/** A configuration with the secrets that it points to. */
export interface PlatformIdentity {
  readonly config: Config;
  readonly token: string | null;
  /** Null for http. */
  readonly tls: TlsMaterial | null;
}

/** Puts storage, engines and gateway together. The gateway does not listen yet. */
export async function composePlatform({ config, token, tls }: PlatformIdentity, log: Logger, options: PlatformOptions): Promise<Platform> {
  const functions = await loadFunctions(config.functions, log);
  const storage = await composeStorage(config, log);
  const { warehouse } = storage;
  const outside = await composeOutside(config, warehouse, log);
  const surroundings = {
    tables: outside?.tables ?? warehouse.source,
    log,
    spoolDirectory: join(storage.spoolDirectory, 'engines'),
    dataDirectory: warehouse.dataDirectory,
    foreignDirectories: foreignDirectories(config),
  };
  const engines = await loadEngines(
    config.engines.map((entry) => ({ ...entry, module: moduleOf(entry.module) })),
    surroundings,
  );
  const installer = new EngineInstaller({
    fleet: engines,
    surroundings,
    directory: join(config.data.directory, 'plugins'),
    check: checkEngine,
  });
  await installer.restore();
  const gateway = await createGateway({
    catalog: warehouse.catalog,
    catalogWriter: warehouse.writer,
    sink: warehouse.sink,
    tables: warehouse.source,
    transactions: warehouse.transactions,
    ...(outside === null ? {} : { outside }),
    functions,
    maintenance: warehouse.maintenance,
    transfer: warehouse.transfer,
    streams: warehouse.streams,
    streamsDirectory: join(config.data.directory, 'streams'),
    settings: warehouse.settings,
    engines,
    installer,
    spoolDirectory: join(storage.spoolDirectory, 'gateway'),
    jobs: { directory: join(config.data.directory, 'jobs'), resume: options.resumeJobs, isProcessRunning },
    config: {
      http: config.http,
      ...(tls === null ? {} : { tls }),
      auth: config.auth.mode === 'none' ? { mode: 'none' } : { mode: 'token', tokens: token === null ? [] : [{ user: 'admin', token }] },
      files: { ...config.files, protectedDirectories: [config.data.directory] },
      limits: config.limits,
      ...(config.audit.enabled ? { auditDirectory: join(config.data.directory, 'audit') } : {}),
      routes: config.routes,
      cache: config.cache,
      routing: config.routing,
      streams: config.streams,
      storage: config.storage,
      statements: config.statements,
      jobs: config.jobs,
    },
    log,
  });
  return {
    storage,
    gateway,
    close: async () => {
      await gateway.close();
      await storage.close();
    },
  };
}

/** Null where no outside database is configured. */
async function composeOutside({ connectors, limits }: Config, warehouse: Warehouse, log: Logger): Promise<OutsideDatabases | null> {
  if (connectors.length === 0) return null;
  const { catalog, source: tables, sink } = warehouse;
  return openOutsideDatabases({ connectors, catalog, tables, sink, bytesMax: limits.outsideBytesMax, log });
}

/** Each process has a spool of its own, named by its id; those of processes that are gone are removed. */
function makeSpool(parent: string): string {
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    if (!isProcessRunning(Number(name))) rmSync(join(parent, name), { recursive: true, force: true });
  }
  const own = join(parent, String(process.pid));
  mkdirSync(own, { recursive: true });
  return own;
}

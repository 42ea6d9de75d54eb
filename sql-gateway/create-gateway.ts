import type { AddressInfo } from 'node:net';
import { Server as HttpsServer } from 'node:https';
import {
  type Catalog,
  type CatalogWriter,
  type Logger,
  PlatformError,
  type SettingStore,
  type StreamStore,
  type TableMaintenance,
  type TableSink,
  type TableSource,
  type TableTransfer,
  type TransactionStore,
} from '../spi/index.ts';
import { createAccessControl } from './access/access-control.ts';
import { openAccessStore } from './access/access-store.ts';
import { type AuditEntry, openAuditLog } from './access/audit-log.ts';
import { createAccessTokens } from './access/access-tokens.ts';
import { createResultCache } from './cache/result-cache.ts';
import type { EngineRegistry } from './engine/engine-registry.ts';
import type { EngineInstaller } from './engine/install/engine-installer.ts';
import type { FunctionSource } from '../sql/functions/index.ts';
import type { OutsideDatabases } from './external/outside-databases.ts';
import { type AllowedFiles, createAllowedFiles } from './file/allowed-files.ts';
import { openSpoolFolder, type SpoolFolder } from './file/spool-folder.ts';
import {
  CHECKPOINT_INTERVAL_MS_DEFAULT,
  CACHE_BYTES_DEFAULT,
  JOB_LIMITS_DEFAULT,
  type GatewayConfig,
  RESULT_LIMITS_DEFAULT,
  type TlsIdentity,
} from './gateway-config.ts';
import { catalogRoutes } from './http/catalog-routes.ts';
import { createServer, secureContextOf } from './http/create-server.ts';
import { engineRoutes } from './http/engine-routes.ts';
import { ingestRoutes } from './http/ingest-routes.ts';
import { jobRoutes } from './http/job-routes.ts';
import { createMetrics } from './http/metrics.ts';
import { openApiDocument } from './http/openapi-document.ts';
import { queryRoutes } from './http/query-routes.ts';
import { createRouteCheck } from './http/check-route-access.ts';
import { checkAddress, createRequestGuard } from './http/request-guard.ts';
import { checkSession } from './http/parse-statement-request.ts';
import type { Route } from './http/route.ts';
import { serverRoutes } from './http/server-routes.ts';
import { tokenRoutes } from './http/token-routes.ts';
import { statementRoutes } from './http/statement-routes.ts';
import { streamRoutes } from './http/stream-routes.ts';
import { submittedStatementRoutes } from './http/submitted-statement-routes.ts';
import type { IsProcessRunning } from './job/job-owner.ts';
import { createJobService, type JobService } from './job/job-service.ts';
import { openJobStore } from './job/job-store.ts';
import { BackgroundMaintenance } from './maintenance/background-maintenance.ts';
import { createAdmission } from './query/admission.ts';
import { createWaitingLine } from './query/waiting-line.ts';
import { createIdempotencyMemory } from './query/idempotency-memory.ts';
import { createQueryRegistry, type QueryInfo } from './query/query-registry.ts';
import { createSnapshotReaders } from './query/snapshot-readers.ts';
import { createQueryService } from './query/query-service.ts';
import { createResultEncoder } from './result/result-encoder.ts';
import { createResultQuota } from './result/result-quota.ts';
import { createSubmittedStatements } from './statement/submitted-statements.ts';
import { createStreamService } from './stream/stream-service.ts';
import { createRouter } from './route/create-router.ts';
import { openDemotions } from './route/demotions.ts';
import { keepCosts, readStoredCosts } from './route/stored-costs.ts';
import { createFreshViews } from './route/fresh-views.ts';
import { openRouteRules } from './route/route-rules.ts';
import { openDisagreements } from './shadow/disagreements.ts';
import { createResultComparer } from './shadow/result-comparer.ts';
import { createShadowRuns } from './shadow/shadow-runs.ts';
import { createSessionTransactions, TRANSACTION_LIMITS_DEFAULT } from './transaction/session-transactions.ts';

/** What a gateway works with. It drains and closes the engines; the storage belongs to whoever opened it. */
export interface GatewayParts {
  readonly catalog: Catalog;
  readonly catalogWriter: CatalogWriter;
  readonly sink: TableSink;
  readonly tables: TableSource;
  /** Keeps transactions over several tables. */
  readonly transactions: TransactionStore;
  /** Outside databases, which the gateway drains and closes; none when left out. Engines get the rows by its `tables`. */
  readonly outside?: OutsideDatabases;
  /** Functions of plugins; none when left out. */
  readonly functions?: FunctionSource;
  readonly maintenance: TableMaintenance;
  readonly transfer: TableTransfer;
  readonly streams: StreamStore;
  /** Folder below which materialized views keep their state from checkpoint to checkpoint. */
  readonly streamsDirectory: string;
  /** Keeps the routing rules that SQL makes. */
  readonly settings: SettingStore;
  readonly engines: EngineRegistry;
  /** Brings and removes engines while the server runs; nobody does when left out. */
  readonly installer?: EngineInstaller;
  /** Folder for uploads and other passing files, emptied at start. The storage's processes must be able to read and write in it. */
  readonly spoolDirectory: string;
  readonly jobs: {
    /** Folder of the jobs, kept over restarts. */
    readonly directory: string;
    /** Whether unfinished jobs of earlier processes are taken up. */
    readonly resume: boolean;
    readonly isProcessRunning: IsProcessRunning;
  };
  readonly config: GatewayConfig;
  readonly log: Logger;
  /** Version of the product, for `/openapi.json`. */
  readonly version?: string;
}

/** The HTTP server of the platform. */
export interface Gateway {
  /** Starts to take requests.
   *  @throws CONFIG_INVALID when the address cannot be had */
  listen(): Promise<void>;
  /** Where it listens. @throws INTERNAL_UNAVAILABLE before `listen` */
  readonly address: { readonly host: string; readonly port: number; readonly url: string };
  /** Proves itself differently to connections that are made from now on; those that stand go on. Only for a gateway that was made with `tls`. */
  renewTls(identity: TlsIdentity): void;
  /** Takes no new statements and waits for those that run; after the time given they are cancelled. */
  drain(timeoutMs: number): Promise<void>;
  /** Ends everything at once. */
  close(): Promise<void>;
}

const NO_FUNCTIONS: FunctionSource = { find: () => null, list: () => [] };

/** Units: statements remembered after their end. */
const HISTORY_MAX = 1000;

/** Units: idempotency keys whose bodies are remembered. */
const IDEMPOTENCY_KEYS_MAX = 10_000;

/** Puts the gateway together.
 *  @throws CONFIG_INVALID when requests would need no token on an address that others reach */
export async function createGateway(parts: GatewayParts): Promise<Gateway> {
  const { config, log, engines } = parts;
  checkAddress(config);
  const services = await createServices(parts);
  const guard = createRequestGuard(config, services.tokens);
  const { jobs, streams, transactions, queries, encoder, metrics, spool, costs, shadow, background } = services;
  let draining = false;
  const checkOpen = (): void => {
    if (draining) throw new PlatformError('INTERNAL_UNAVAILABLE', 'The server is stopping and takes no new statements.');
  };
  const server = createServer(gatewayRoutes(parts, services, checkOpen), {
    guard,
    checkRoute: services.checkRoute,
    log,
    ...(config.tls === undefined ? {} : { tls: config.tls }),
  });
  return {
    listen: async () => {
      try {
        await streams.start();
        background.start(services.service);
        await server.listen({ host: config.http.host, port: config.http.port });
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new PlatformError('CONFIG_INVALID', `Cannot listen on ${config.http.host}:${String(config.http.port)}: ${reason}`, {
          cause: error,
        });
      }
      if (parts.jobs.resume) await jobs.resume();
    },
    get address() {
      return describeAddress(server.server.address(), config.tls === undefined ? 'http' : 'https');
    },
    renewTls: (identity) => {
      if (server.server instanceof HttpsServer) server.server.setSecureContext(secureContextOf(identity));
    },
    drain: async (timeoutMs) => {
      draining = true;
      await jobs.stop();
      await background.close();
      await queries.idle(timeoutMs);
      queries.cancelAll(new PlatformError('INTERNAL_UNAVAILABLE', 'The server stopped before the statement had ended.'));
      await queries.idle(CANCEL_GRACE_MS);
      await shadow.close();
      await transactions.close();
      await streams.drain();
      await costs.end();
      await parts.installer?.settled();
      await engines.drain(CANCEL_GRACE_MS);
      await parts.outside?.drain(CANCEL_GRACE_MS);
    },
    close: async () => {
      draining = true;
      await jobs.stop();
      await background.close();
      queries.cancelAll(new PlatformError('INTERNAL_UNAVAILABLE', 'The server stopped before the statement had ended.'));
      await server.close();
      await transactions.close();
      await shadow.close();
      await streams.close();
      await engines.close();
      await parts.outside?.close();
      await encoder.close();
      metrics.close();
      await services.audit?.close();
      services.submitted.close();
      await spool.close();
    },
  };
}

/** What answers the requests of a gateway. */
type GatewayServices = Awaited<ReturnType<typeof createServices>>;

/** Makes what answers the requests of a gateway, without the server in front. The parts are named where they are made; a type of their own would
 *  only repeat them. */
export async function createServices(parts: GatewayParts) {
  const { config, log } = parts;
  const spool = await openSpoolFolder(parts.spoolDirectory);
  const results = config.statements ?? RESULT_LIMITS_DEFAULT;
  const quota = createResultQuota(results);
  const encoder = createResultEncoder({ sink: parts.sink, spool, quota });
  const metrics = createMetrics();
  const admission = createAdmission({ running: config.limits.concurrentQueries, queued: config.limits.queuedQueries });
  const checkpointIntervalMs = config.streams?.checkpointIntervalMs ?? CHECKPOINT_INTERVAL_MS_DEFAULT;
  const streams = createStreamService({ ...parts, checkpointIntervalMs });
  const audit = config.auditDirectory === undefined ? null : await openAuditLog(config.auditDirectory, log);
  const onEnd = (info: QueryInfo): void => {
    metrics.observe(info);
    audit?.note(auditEntry(info));
    if (info.kind !== 'query') streams.nudge();
    logEnd(info, log);
  };
  const queries = createQueryRegistry({ historyMax: HISTORY_MAX, onEnd });
  const files = createFiles(parts, spool);
  const rules = await openRouteRules(config.routes ?? [], parts);
  const demotions = await openDemotions(parts.settings);
  const accessParts = createAccess(parts);
  const router = createRouter({ ...parts, ...accessParts, rules, demotions, stored: await readStoredCosts(parts.settings) });
  const costs = keepCosts(router, parts.settings, log);
  const transactions = createSessionTransactions(parts.transactions, config.transactions ?? TRANSACTION_LIMITS_DEFAULT, log);
  const freshViews = createFreshViews(parts);
  const cache = createResultCache(config.cache?.bytesMax ?? CACHE_BYTES_DEFAULT);
  const disagreements = await openDisagreements(parts.settings);
  const share = config.routing?.shadowShare ?? 0;
  const comparer = createResultComparer();
  const shadow = createShadowRuns({ ...parts, router, demotions, disagreements, comparer, admission, cache, share });
  const intervalMs = config.storage?.maintenanceIntervalMs ?? 0;
  const background = new BackgroundMaintenance({ ...parts, queries, session: checkSession(null), intervalMs });
  const shared = {
    ...parts,
    ...accessParts,
    audit,
    outside: parts.outside ?? null,
    functions: parts.functions ?? NO_FUNCTIONS,
    background,
    shadow,
    disagreements,
    streams,
    transactions,
    router,
    demotions,
    costs,
    freshViews,
    cache,
    encoder,
    files,
    spool,
    queries,
    admission,
    limits: config.limits,
  };
  const jobs: JobService = await createJobService({
    ...shared,
    jobs: { list: (user) => jobs.list(user) },
    store: await openJobStore(parts.jobs.directory, parts.jobs.isProcessRunning),
    ...(config.jobs ?? JOB_LIMITS_DEFAULT),
  });
  parts.maintenance.protect(createSnapshotReaders(queries));
  parts.maintenance.protect(() => jobs.snapshots());
  const uploads = createWaitingLine({ running: config.limits.concurrentQueries + config.limits.queuedQueries, queued: 0 });
  const service = createQueryService({ ...shared, jobs, uploads, timeoutMsMax: config.limits.queryTimeoutMs });
  const submitted = createSubmittedStatements({ ...shared, service, quota, limits: results });
  return { ...shared, jobs, service, submitted, metrics };
}

function createFiles({ config, spoolDirectory }: GatewayParts, spool: SpoolFolder): AllowedFiles {
  const protectedDirectories = [...config.files.protectedDirectories, spoolDirectory];
  return createAllowedFiles({ ...config.files, protectedDirectories, spool });
}

function createAccess({ settings, config }: GatewayParts) {
  const accessStore = openAccessStore(settings);
  return {
    checkRoute: createRouteCheck(accessStore),
    access: createAccessControl(accessStore, reservedNames(config)),
    tokens: createAccessTokens(accessStore),
  };
}

function auditEntry({ user, from, kind, tables, queryId, jobId, errorCode }: QueryInfo): AuditEntry {
  const decision = errorCode?.startsWith('AUTH_') === true ? 'denied' : 'allowed';
  return { user, from, kind, tables, queryId, jobId, code: errorCode, decision };
}

/** Names of users that the configuration or the server itself has taken. */
function reservedNames({ auth }: GatewayConfig): ReadonlySet<string> {
  const configured = auth.mode === 'token' ? auth.tokens.map(({ user }) => user.toLowerCase()) : [];
  return new Set([...configured, 'admin', 'anonymous', 'system', 'trivium']);
}

function gatewayRoutes(parts: GatewayParts, services: GatewayServices, checkOpen: () => void): readonly Route[] {
  const { jobs, streams, metrics, admission, cache, access, tokens, submitted } = services;
  const ingest = { ...services, keys: createIdempotencyMemory(IDEMPOTENCY_KEYS_MAX) };
  const routes: readonly Route[] = [
    ...statementRoutes({ ...services, checkOpen }),
    ...ingestRoutes({ ...services, ingest, checkOpen }),
    ...submittedStatementRoutes({ ...services, checkOpen }),
    ...queryRoutes(services),
    ...streamRoutes({ streams, access, catalog: parts.catalog }),
    ...tokenRoutes({ tokens, audit: services.audit, limits: parts.config.limits }),
    ...jobRoutes({ jobs, limits: parts.config.limits, checkOpen }),
    ...catalogRoutes({ catalog: parts.catalog, access }),
    ...engineRoutes({ engines: parts.engines, installer: parts.installer ?? null, config: parts.config, checkOpen }),
    ...serverRoutes({
      engines: parts.engines,
      metrics,
      cache,
      streams,
      admission,
      submitted,
      checkOpen,
      openApi: () => openApiDocument(routes, parts.version ?? '0.0.0'),
    }),
  ];
  return routes;
}

/** Units: milliseconds that cancelled statements get to end. */
const CANCEL_GRACE_MS = 1000;

function describeAddress(address: AddressInfo | string | null, scheme: 'http' | 'https'): Gateway['address'] {
  if (address === null || typeof address === 'string') throw new PlatformError('INTERNAL_UNAVAILABLE', 'The server does not listen yet.');
  const { address: host, port, family } = address;
  return { host, port, url: `${scheme}://${family === 'IPv6' ? `[${host}]` : host}:${String(port)}` };
}

/** The statement's text may hold secrets, so it is logged at level debug only. */
function logEnd(info: QueryInfo, log: Logger): void {
  const { queryId, user, kind, state, engine, fingerprint, rows, bytes, errorCode, createdAtMs, endedAtMs } = info;
  const elapsedMs = (endedAtMs ?? createdAtMs) - createdAtMs;
  log.info({ queryId, user, kind, state, engine, fingerprint, rows, bytes, elapsedMs, code: errorCode }, 'statement ended');
}

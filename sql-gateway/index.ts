export { type AuditReport, verifyAuditLog } from './access/verify-audit-log.ts';
export type { TokenInfo } from './access/access-tokens.ts';
export type { Scope } from './access/caller.ts';
export { createGateway, type Gateway, type GatewayParts } from './create-gateway.ts';
export type { JobInfo, JobPlanLine, JobSummary } from './job/job-info.ts';
export { openOutsideDatabases, type OutsideDatabases, type OutsideParts } from './external/outside-databases.ts';
export type { ConnectorEntry } from './external/load-connectors.ts';
export { type FunctionEntry, loadFunctions } from './function/load-functions.ts';
export { hasEnded } from './job/job-progress.ts';
export type { ApiToken, GatewayConfig } from './gateway-config.ts';
export {
  type EngineEntry,
  EngineFleet,
  type EngineRegistry,
  type EngineStatus,
  type EngineSurroundings,
  loadEngines,
  type RegisteredEngine,
} from './engine/index.ts';
export type { TraceEvent } from './engine/trace/engine-traces.ts';
export { EngineInstaller, type InstallRequest } from './engine/install/engine-installer.ts';
export { packFiles } from './engine/install/pack-files.ts';
export { linkGivenPackages } from './engine/install/plugin-directory.ts';
export { type PluginManifest, readManifest } from './engine/install/plugin-manifest.ts';
export { type PackageFile, readArchive } from './engine/install/read-archive.ts';
export { ENGINE_HOST_KINDS, type EngineHostKind, readHostKind } from './engine/host-kind.ts';
export { createTranslator, type Dialect, DIALECTS, type TranslatedStatement, type Translator } from './translate/translator.ts';

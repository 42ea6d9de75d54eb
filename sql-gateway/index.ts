export { createGateway, type Gateway, type GatewayParts } from './create-gateway.ts';
export type { JobInfo, JobSummary } from './job/job-info.ts';
export { hasEnded } from './job/job-progress.ts';
export type { ApiToken, GatewayConfig } from './gateway-config.ts';
export {
  loadEngines,
  type EngineEntry,
  type EngineRegistry,
  type EngineSurroundings,
  type RegisteredEngine,
} from './engine/load-engines.ts';
export { ENGINE_HOST_KINDS, type EngineHostKind, readHostKind } from './engine/host-kind.ts';
export { createTranslator, type Dialect, DIALECTS, type TranslatedStatement, type Translator } from './translate/translator.ts';

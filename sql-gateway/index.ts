export { createGateway, type Gateway, type GatewayParts } from './create-gateway.ts';
export type { ApiToken, GatewayConfig } from './gateway-config.ts';
export {
  loadEngines,
  type EngineEntry,
  type EngineRegistry,
  type EngineSurroundings,
  type RegisteredEngine,
} from './engine/load-engines.ts';

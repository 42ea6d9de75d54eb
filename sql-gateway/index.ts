export { createGateway, type Gateway, type GatewayParts } from './create-gateway.ts';
export type { ApiToken, GatewayConfig } from './gateway-config.ts';
export {
  createEngineRegistry,
  type EngineEntry,
  type EngineRegistry,
  type EngineSurroundings,
  type RegisteredEngine,
} from './engine/engine-registry.ts';

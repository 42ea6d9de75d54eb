export { EngineFleet } from './engine-fleet.ts';
export { type EngineRegistry, type EngineStatus, formatState, type RegisteredEngine } from './engine-registry.ts';
export { loadEngines } from './load-engines.ts';
export {
  checkConnectorPlugin,
  checkFunctionPlugin,
  checkPlugin,
  loadConnectorPlugin,
  loadFunctionPlugin,
  loadPlugin,
} from './load-plugin.ts';
export type { EngineEntry, EngineSurroundings } from './start-engine.ts';
export { validateConfig } from './validate-config.ts';

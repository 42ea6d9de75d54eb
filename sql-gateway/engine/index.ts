export { loadEngines, type EngineEntry, type EngineRegistry, type EngineSurroundings, type RegisteredEngine } from './load-engines.ts';
export { checkPlugin, loadPlugin } from './load-plugin.ts';
export { validateConfig } from './validate-config.ts';

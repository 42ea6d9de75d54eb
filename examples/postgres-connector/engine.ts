export { postgresEnginePlugin as default } from './postgres-engine-plugin.ts';

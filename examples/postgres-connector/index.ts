export { postgresPlugin as default } from './postgres-plugin.ts';

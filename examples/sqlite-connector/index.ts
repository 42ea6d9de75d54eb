export { sqlitePlugin as default } from './sqlite-plugin.ts';

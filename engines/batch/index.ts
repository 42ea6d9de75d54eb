export { batchPlugin as default } from './batch-plugin.ts';

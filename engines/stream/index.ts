export { streamPlugin as default } from './stream-plugin.ts';

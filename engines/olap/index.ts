export { olapPlugin as default } from './olap-plugin.ts';

export { geoPlugin as default } from './geo-plugin.ts';

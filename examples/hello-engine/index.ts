export { helloPlugin as default } from './hello-plugin.ts';

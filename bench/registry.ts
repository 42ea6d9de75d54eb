import type { RegisteredProof } from '../test/prove/proof.ts';

/** Every benchmark that `npm run bench` knows, in alphabetical order. */
export const BENCHMARKS: readonly RegisteredProof[] = [
  { name: 'batch', load: async () => (await import('./batch.ts')).benchmark },
  { name: 'batch-spark', load: async () => (await import('./batch-spark.ts')).benchmark },
  { name: 'binding', load: async () => (await import('./binding.ts')).benchmark },
  { name: 'channel', load: async () => (await import('./channel.ts')).benchmark },
  { name: 'connectors', load: async () => (await import('./connectors.ts')).benchmark },
  { name: 'engines', load: async () => (await import('./engines.ts')).benchmark },
  { name: 'estimates', load: async () => (await import('./estimates.ts')).benchmark },
  { name: 'gateway', load: async () => (await import('./gateway.ts')).benchmark },
  { name: 'hosts', load: async () => (await import('./hosts.ts')).benchmark },
  { name: 'sql', load: async () => (await import('./sql.ts')).benchmark },
  { name: 'storage', load: async () => (await import('./storage.ts')).benchmark },
  { name: 'stream-kernel', load: async () => (await import('./stream-kernel.ts')).benchmark },
];

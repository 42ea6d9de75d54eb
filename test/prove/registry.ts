import type { RegisteredProof } from './proof.ts';

/** Every proof that `npm run prove` knows, in alphabetical order. */
export const PROOFS: readonly RegisteredProof[] = [
  { name: 'access', load: async () => (await import('./access.ts')).proof },
  { name: 'batch-crash', load: async () => (await import('./batch-crash.ts')).proof },
  { name: 'concurrency', load: async () => (await import('./concurrency.ts')).proof },
  { name: 'connectors', load: async () => (await import('./connectors.ts')).proof },
  { name: 'corpora', load: async () => (await import('./corpora.ts')).proof },
  { name: 'corruption', load: async () => (await import('./corruption.ts')).proof },
  { name: 'crash', load: async () => (await import('./crash.ts')).proof },
  { name: 'engines-tck', load: async () => (await import('./engines-tck.ts')).proof },
  { name: 'hostile', load: async () => (await import('./hostile.ts')).proof },
  { name: 'hosts', load: async () => (await import('./hosts.ts')).proof },
  { name: 'iceberg-readers', load: async () => (await import('./iceberg-readers.ts')).proof },
  { name: 'io-faults', load: async () => (await import('./io-faults.ts')).proof },
  { name: 'plan-replay', load: async () => (await import('./plan-replay.ts')).proof },
  { name: 'powercut', load: async () => (await import('./powercut.ts')).proof },
  { name: 'routing', load: async () => (await import('./routing.ts')).proof },
  { name: 'sql-fuzz', load: async () => (await import('./sql-fuzz.ts')).proof },
  { name: 'sql-properties', load: async () => (await import('./sql-properties.ts')).proof },
  { name: 'sqllogic', load: async () => (await import('./sqllogic.ts')).proof },
  { name: 'tck-mutants', load: async () => (await import('./tck-mutants.ts')).proof },
  { name: 'three-engines', load: async () => (await import('./three-engines.ts')).proof },
];

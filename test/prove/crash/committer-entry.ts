/** The committers that loads run with: the product's own, and mutants that break one promise each. */
export const COMMITTER_ENTRY = {
  real: new URL('../../../storage/committer/committer-main.ts', import.meta.url).href,
  withoutCompare: new URL('./committer-without-compare.ts', import.meta.url).href,
  withoutSync: new URL('./committer-without-sync.ts', import.meta.url).href,
} as const;

import { PROOFS } from './registry.ts';
import { runSuite } from './run-suite.ts';

process.exitCode = await runSuite({
  command: 'npm run prove',
  registry: PROOFS,
  words: process.argv.slice(2),
  results: { folder: new URL('../../bench/results/', import.meta.url), prefix: 'prove-' },
  log: console.log,
});

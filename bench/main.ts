import { runSuite } from '../test/prove/run-suite.ts';
import { BENCHMARKS } from './registry.ts';

process.exitCode = await runSuite({
  command: 'npm run bench',
  registry: BENCHMARKS,
  words: process.argv.slice(2),
  results: { folder: new URL('results/', import.meta.url), prefix: '' },
  log: console.log,
});

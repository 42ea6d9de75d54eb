import { runSuite } from '../test/prove/run-suite.ts';
import { BENCHMARKS } from './registry.ts';

await runSuite({ command: 'npm run bench', registry: BENCHMARKS, resultPrefix: '' });

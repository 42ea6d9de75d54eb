import { runSuite } from './run-suite.ts';
import { PROOFS } from './registry.ts';

await runSuite({ command: 'npm run prove', registry: PROOFS, resultPrefix: 'prove-' });

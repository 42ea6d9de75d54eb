import type { Proof } from './proof.ts';
import { seededRandom } from '../../tck/truth/seeded-random.ts';
import { openArena } from './sql-properties/arena.ts';
import { checkEquality } from './sql-properties/check-equality.ts';
import { checkHidden } from './sql-properties/check-hidden.ts';
import { checkLayout } from './sql-properties/check-layout.ts';
import { checkMutants } from './sql-properties/check-mutants.ts';
import { checkPredicates } from './sql-properties/check-predicates.ts';
import { checkReferences } from './sql-properties/check-references.ts';

/** Whether SQL has one meaning: whatever its layout, its engine and the rules of its plan, and whether we know what it reads. */
export const proof: Proof = {
  name: 'sql-properties',
  summary:
    'layouts print alike; random queries and predicates agree on every engine and without each rule; tables, columns and functions read are exact; faults are caught',
  needs: ['linux'],
  async run({ quick, seed, log }) {
    const random = seededRandom(seed);
    const layout = checkLayout({ random, queries: quick ? 100 : 2000, scrambles: quick ? 2 : 5 });
    const hidden = await checkHidden(log);
    const references = await checkReferences({ random, queries: quick ? 150 : 2000, log });
    const arena = await openArena();
    try {
      return [
        ...layout,
        ...hidden,
        ...references,
        ...(await checkEquality(arena, { random, queries: quick ? 60 : 2000, log })),
        ...(await checkPredicates(arena, { random, predicates: quick ? 300 : 3000, log })),
        ...(await checkMutants(arena, seed, log)),
      ];
    } finally {
      await arena.close();
    }
  },
};

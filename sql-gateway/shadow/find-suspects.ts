import { type BoundQuery, planRequirements } from '../../spi/index.ts';
import { partsOf, type Demotion } from '../route/demotions.ts';

/** Returns what an engine is not to be trusted with after a wrong answer: the functions of the query on which it never agreed with another engine
 *  before, else the other parts of the plan of which that is so, else all parts together. Each answer of the same plan is covered, so a wrong guess
 *  costs one more disagreement and nothing else. */
export function findSuspects(query: BoundQuery, vouched: ReadonlySet<string>): Pick<Demotion, 'parts' | 'match'> {
  const { functions, features } = planRequirements(query.plan);
  for (const kind of [functions, features]) {
    const parts = [...kind].filter((part) => !vouched.has(part)).sort();
    if (parts.length > 0) return { parts, match: 'any' };
  }
  return { parts: [...partsOf(query)].sort(), match: 'all' };
}

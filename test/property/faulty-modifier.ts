import { bindStatement } from '../../sql/bind/index.ts';
import { executeModification } from '../../sql-gateway/query/execute-modification.ts';
import { importMutant, type Mutation } from '../mutant/import-mutant.ts';
import type { Modifier } from '../support/modify-table.ts';

/** What changes rows in the product. */
export const PRODUCT: Modifier = { bind: bindStatement, execute: executeModification };

/** A fault for the binder or for the gateway: what it does, and where it is put. */
export type ModifierFault = readonly [title: string, part: keyof Modifier, mutation: Omit<Mutation, 'folder'>];

/** Returns the product with one fault. */
export async function withFault([, part, mutation]: ModifierFault): Promise<Modifier> {
  if (part === 'bind') {
    const bound = await importMutant<{ bindStatement: Modifier['bind'] }>('index.ts', { folder: 'sql/bind', ...mutation });
    return { ...PRODUCT, bind: bound.bindStatement };
  }
  const folder = 'sql-gateway/query';
  const executed = await importMutant<{ executeModification: Modifier['execute'] }>('execute-modification.ts', { folder, ...mutation });
  return { ...PRODUCT, execute: executed.executeModification };
}

/** Returns the first seed at which a modifier is seen to differ; infinity when none up to the last one shows it. */
export async function firstSeen(
  modifier: Modifier,
  differences: (modifier: Modifier, seed: number) => Promise<string | null>,
  triesMax: number,
): Promise<number> {
  for (let seed = 1; seed <= triesMax; seed += 1) {
    if ((await differences(modifier, seed)) !== null) return seed;
  }
  return Infinity;
}

import { PlatformError } from '../../spi/index.ts';
import { valueText } from '../value/value-text.ts';
import type { BoundCase, World } from '../world/open-world.ts';
import { evaluatePlan } from './evaluate-plan.ts';
import type { Scope } from './scope.ts';

/** Returns the rows that a query must give as value texts, null where the reference does not know a part of it.
 *  @throws SQL_* when the query must fail */
export function expectedRows(world: World, { query, parameters }: BoundCase): readonly (readonly string[])[] | null {
  const { root, output } = query.plan;
  const scope: Scope = { evaluatePlan, rowsOf: ({ table, snapshotId }) => world.known(table, snapshotId), parameters, ctes: new Map() };
  try {
    return evaluatePlan(root, new Map(), scope).map((row) => output.map(({ id, type }) => valueText(row.get(id) ?? null, type)));
  } catch (error) {
    if (error instanceof PlatformError && error.code === 'ENGINE_UNSUPPORTED') return null;
    throw error;
  }
}

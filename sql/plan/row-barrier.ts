import type { LimitNode, PlanNode } from '../../spi/index.ts';

/** More rows than there are: the limit changes nothing, and nothing that could fail or be seen moves below it. */
const ALL_ROWS = '9223372036854775807';

/** Puts a barrier above rows of which a filter has taken some away that must not be seen: what stands above is computed for the rows that are left and for
 *  no other, so that neither an error nor the order of conditions tells about them. */
export function rowBarrier(input: PlanNode): LimitNode {
  return { kind: 'limit', input, limit: { kind: 'literal', type: { kind: 'bigint' }, value: ALL_ROWS }, offset: null };
}

/** Returns whether a limit is such a barrier. */
export function isRowBarrier({ limit, offset }: LimitNode): boolean {
  return offset === null && limit?.kind === 'literal' && limit.value === ALL_ROWS;
}

import type { BinderState, BoundRelation } from './binder-state.ts';

/** Returns the rows of both relations, by position. */
export function uniteRows(state: BinderState, left: BoundRelation, right: BoundRelation): BoundRelation {
  const columns = left.columns.map(({ name, type, nullable }) => state.columns.create({ name, type, nullable }));
  const idsOf = (relation: BoundRelation): readonly number[] => relation.columns.map(({ id }) => id);
  const [leftIds, rightIds] = [idsOf(left), idsOf(right)];
  return {
    plan: { kind: 'set_operation', operation: 'union', all: true, left: left.plan, right: right.plan, leftIds, rightIds, columns },
    columns,
  };
}

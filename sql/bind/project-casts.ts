import { type DataType, type Expression, type ProjectColumn, sameType } from '../../spi/index.ts';
import type { BinderState, BoundRelation } from './binder-state.ts';
import { castTo } from './coercion.ts';

/** Returns the relation with its columns cast to the types given; itself when nothing is to be cast. */
export function projectCasts(state: BinderState, relation: BoundRelation, types: readonly DataType[]): BoundRelation {
  if (relation.columns.every((column, index) => sameType(column.type, types[index] ?? column.type))) return relation;
  const columns = relation.columns.map((column, index): ProjectColumn => {
    const type = types[index] ?? column.type;
    const expression: Expression = castTo({ kind: 'column', id: column.id, type: column.type }, type);
    return state.columns.create({ name: column.name, type, nullable: column.nullable, expression });
  });
  return { plan: { kind: 'project', input: relation.plan, columns }, columns };
}

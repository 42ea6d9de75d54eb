import {
  type BoundQuery,
  type Expression as PlanExpression,
  FILE_COLUMN_ID,
  type PlanNode,
  POSITION_COLUMN_ID,
  type ScanColumn,
  type TableSnapshot,
} from '../../spi/index.ts';
import type { ModificationTarget } from './bind-modification.ts';
import type { BinderState, BoundRelation } from './binder-state.ts';

/** Returns whether the table's property says that statements of the kind mark rows as deleted instead of writing their files anew. */
export function isMergeOnRead({ properties }: TableSnapshot, kind: 'delete' | 'update' | 'merge'): boolean {
  return properties[`write.${kind}.mode`] === 'merge-on-read';
}

/** Returns the query of the places of the rows that meet a condition over the target's scan. */
export function bindPlaces(
  state: BinderState,
  { scan }: Pick<ModificationTarget, 'scan'>,
  condition: PlanExpression,
  finish: (relation: BoundRelation) => BoundQuery,
): BoundQuery {
  const place = (name: string, fieldId: number, type: ScanColumn['type']): ScanColumn =>
    state.columns.create({ name, type, nullable: false, fieldId });
  const places = [place('_file', FILE_COLUMN_ID, { kind: 'varchar' }), place('_pos', POSITION_COLUMN_ID, { kind: 'bigint' })];
  const input: PlanNode = { ...scan, columns: [...scan.columns, ...places] };
  return finish({ plan: { kind: 'filter', input, predicate: condition }, columns: places });
}

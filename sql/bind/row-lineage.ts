import {
  type Expression as PlanExpression,
  isLineageColumn,
  lineageFields,
  type PlanColumn,
  type ProjectColumn,
  ROW_ID_COLUMN_ID,
  type ScanColumn,
  type TableSnapshot,
} from '../../spi/index.ts';
import { literal } from './bind-literal.ts';
import type { BinderState, BoundRelation } from './binder-state.ts';
import { scanColumn } from './scan-column.ts';
import { columnExpression } from './scope.ts';

/** Returns whether the rows of a table have ids. */
export function hasLineage({ properties, ref }: TableSnapshot): boolean {
  return properties['format-version'] === '3' && ref.catalog === undefined;
}

/** Makes the columns that tell the rows of a table apart, to be read after its own; none where rows have no ids. */
export function lineageColumns(state: BinderState, table: TableSnapshot): readonly ScanColumn[] {
  if (!hasLineage(table)) return [];
  return lineageFields(table.fields).map((field) => scanColumn(field, state.columns.add(true)));
}

/** Returns the lineage of rows that a statement writes anew: the id stays, and rows with other values change with this commit.
 *  @param rows columns of the rows as they were, those of the scan in their order
 *  @param valueOf returns the sequence number of a row, given the one that it had */
export function keptLineage(
  state: BinderState,
  scan: { readonly columns: readonly ScanColumn[] },
  rows: readonly PlanColumn[],
  valueOf: (old: PlanExpression) => PlanExpression,
): readonly ProjectColumn[] {
  return scan.columns.flatMap((column, index) => {
    const own = rows[index];
    if (!isLineageColumn(column) || own === undefined) return [];
    const old = columnExpression(own);
    const expression = column.fieldId === ROW_ID_COLUMN_ID ? old : valueOf(old);
    return [state.columns.create({ name: column.name, type: column.type, nullable: true, expression })];
  });
}

/** Returns the lineage of rows that are only now inserted: the commit gives them theirs. */
export function newLineage(state: BinderState, scan: { readonly columns: readonly ScanColumn[] }): readonly ProjectColumn[] {
  return scan.columns
    .filter(isLineageColumn)
    .map(({ name, type }) => state.columns.create({ name, type, nullable: true, expression: literal(type, null) }));
}

/** Puts the lineage of new rows beside rows that have the columns of the table alone. */
export function withNewLineage(state: BinderState, scan: { readonly columns: readonly ScanColumn[] }, rows: BoundRelation): BoundRelation {
  const lineage = newLineage(state, scan);
  if (lineage.length === 0) return rows;
  const own = rows.columns.map(({ id, name, type, nullable }) =>
    state.columns.create({ name, type, nullable, expression: columnExpression({ id, type }) }),
  );
  const columns = [...own, ...lineage];
  return { plan: { kind: 'project', input: rows.plan, columns }, columns };
}

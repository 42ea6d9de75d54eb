import { formatType, type NewColumn, type PlanColumn, type ProjectColumn, type TableSnapshot } from '../../spi/index.ts';
import type { ComputedColumn, Expression, Span } from '../ast/index.ts';
import { bindError } from './bind-error.ts';
import type { BinderState, BoundRelation } from './binder-state.ts';
import { mayBeNull } from './expression-nullability.ts';
import { columnExpression } from './scope.ts';
import { bindOver, openStoredExpression } from './stored-expression.ts';

/** Property of a table with columns that are computed when it is read: JSON of `ComputedColumnText[]`. */
export const COMPUTED_COLUMNS = 'trivium.computed-columns';

/** A computed column as it is stored. */
export interface ComputedColumnText {
  readonly name: string;
  readonly expression: string;
  /** Where it stands among all columns, from 0. */
  readonly position: number;
}

/** What CREATE TABLE makes of its computed columns. */
export interface BoundComputedColumns {
  /** The columns that a reader finds beside the stored ones. */
  readonly columns: readonly NewColumn[];
  readonly properties: Readonly<Record<string, string>>;
}

/** Binds `name AS expression` elements over the stored columns of their table: the text is kept as a property.
 *  @param elements with the position of each among all columns
 *  @throws SQL_UNKNOWN_COLUMN and what else an expression can be refused for */
export function bindComputedColumns(
  state: BinderState,
  table: string,
  stored: readonly NewColumn[],
  elements: readonly { readonly node: ComputedColumn; readonly position: number }[],
): BoundComputedColumns {
  if (elements.length === 0) return { columns: [], properties: {} };
  const inputs = stored.map(({ name, type, nullable }) => state.columns.create({ name, type, nullable }));
  const columns = elements.map(({ node }): NewColumn => {
    const { type, nullable } = computed(state, table, inputs, node.name.name, node.expression);
    if (type.kind !== 'null' && type.kind !== 'interval') return { name: node.name.name, type, nullable };
    const message = `computed column ${node.name.name} has the type ${formatType(type)}, which no column has`;
    throw bindError(state, 'SQL_TYPE_MISMATCH', message, node.expression.span, { hint: 'Write a CAST.' });
  });
  const texts = elements.map(({ node, position }): ComputedColumnText => {
    const { start, end } = node.expression.span;
    return { name: node.name.name, expression: state.source.text.slice(start, end), position };
  });
  return { columns, properties: { [COMPUTED_COLUMNS]: JSON.stringify(texts) } };
}

/** Returns the computed columns of a table, in the order of their positions. */
export function computedColumnsOf({ properties }: Pick<TableSnapshot, 'properties'>): readonly ComputedColumnText[] {
  const text = properties[COMPUTED_COLUMNS];
  return text === undefined ? [] : (JSON.parse(text) as ComputedColumnText[]);
}

/** Adds the computed columns of a table to its rows; a table without any is handed back as it is. */
export function withComputedColumns(state: BinderState, table: TableSnapshot, rows: BoundRelation, span: Span): BoundRelation {
  const texts = computedColumnsOf(table);
  if (texts.length === 0) return rows;
  const columns = rows.columns.map(
    ({ name, type, nullable, ...column }): ProjectColumn =>
      state.columns.create({ name, type, nullable, expression: columnExpression({ ...column, type }) }),
  );
  for (const { name, expression, position } of texts) {
    const stored = openStoredExpression(state, table, {
      label: `column ${name} of ${table.ref.schema}.${table.ref.name}`,
      expression,
      span,
    });
    columns.splice(position, 0, computed(stored.state, table.ref.name, rows.columns, name, stored.expression));
  }
  return { plan: { kind: 'project', input: rows.plan, columns }, columns };
}

function computed(state: BinderState, table: string, inputs: readonly PlanColumn[], name: string, expression: Expression): ProjectColumn {
  const bound = bindOver(state, { table, inputs, place: `the computed column ${name}` }, expression);
  return state.columns.create({ name, type: bound.type, nullable: mayBeNull(state.columns, bound), expression: bound });
}

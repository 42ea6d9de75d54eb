import {
  type Expression as PlanExpression,
  type Field,
  nearestName,
  type PlanNode,
  type ProjectColumn,
  type TableSnapshot,
} from '../../spi/index.ts';
import type { Expression, Insert, Query, Span, Values } from '../ast/index.ts';
import { defaultOf } from './bind-default.ts';
import { bindError, didYouMean } from './bind-error.ts';
import { type BinderState, type BoundRelation, bindWithin, type Environment } from './binder-state.ts';
import type { BoundStatement } from './bound-statement.ts';
import { castTo, coerceForAssignment } from './coercion.ts';
import { mayBeNull } from './expression-nullability.ts';
import { finishQuery, readHints } from './finish-query.ts';
import { lookUpTarget } from './maintained-table.ts';
import { isOutside } from './outside-relation.ts';
import { sameName } from './relation-name.ts';
import { columnExpression, EMPTY_SCOPE } from './scope.ts';

const NOTHING_AROUND: Environment = { commonTables: new Map(), outer: null };
const ONE_ROW: BoundRelation = { plan: { kind: 'values', columns: [], rows: [[]] }, columns: [] };

/** Binds INSERT: the query puts out the table's columns in their order and types; columns without a value have their default.
 *  @throws SQL_INVALID_VALUE when a NOT NULL column certainly gets NULL */
export function bindInsert(state: BinderState, node: Insert): BoundStatement {
  const found = lookUpTarget(state, node.table, !node.overwrite);
  const table = isOutside(found) ? namedFields(found, node) : found;
  const rows = bindInsertedRows(state, node, table);
  const mode = node.overwrite ? 'overwrite' : 'append';
  const hints = node.source === null ? { engine: null } : readHints(state, node.source);
  return { kind: 'insert', mode, table: table.ref, schemaId: table.schemaId, query: finishQuery(state, rows), hints };
}

/** An outside database has defaults of its own, which columns get that nobody names. */
function namedFields(table: TableSnapshot, { columns }: Insert): TableSnapshot {
  const isNamed = ({ name }: Field): boolean => columns.some((column) => sameName(column.name, name));
  return columns.length === 0 ? table : { ...table, fields: table.fields.filter(isNamed) };
}

/** Binds the rows of an INSERT, in the table's columns. Columns of `fixed` have its values, by field id, and are not among those of the source. */
export function bindInsertedRows(
  state: BinderState,
  node: Insert,
  table: TableSnapshot,
  fixed: ReadonlyMap<number, PlanExpression> = new Map(),
): BoundRelation {
  const { source } = node;
  if (source === null) return projectToTable(state, table, ONE_ROW, [], fixed, node.span);
  const values = plainValues(source);
  const targets = values === null && node.byName ? null : targetFields(state, node, table, fixed);
  const relation =
    values !== null && targets !== null ? bindValueRows(state, values, targets) : state.rules.query(state, source, NOTHING_AROUND);
  const matched = targets ?? relation.columns.map((column) => fieldNamed(state, table, column.name, source.span));
  if (relation.columns.length !== matched.length) {
    const message = `${table.ref.name} takes ${String(matched.length)} values a row, ${String(relation.columns.length)} are given`;
    throw bindError(state, 'SQL_TYPE_MISMATCH', message, source.span);
  }
  const repeated = matched.find(({ id }) => fixed.has(id));
  if (repeated !== undefined) {
    throw bindError(state, 'SQL_DUPLICATE_NAME', `column ${repeated.name} has its value from PARTITION`, source.span);
  }
  return projectToTable(state, table, relation, matched, fixed, source.span);
}

function plainValues(source: Query): Values | null {
  const isPlain = source.with === null && source.orderBy === null && source.limit === null && source.offset === null;
  return isPlain && source.body.kind === 'values' ? source.body : null;
}

function targetFields(
  state: BinderState,
  node: Insert,
  table: TableSnapshot,
  fixed: ReadonlyMap<number, PlanExpression>,
): readonly Field[] {
  if (node.columns.length === 0) return table.fields.filter(({ id }) => !fixed.has(id));
  return node.columns.map((column, index) => {
    const repeated = node.columns.findIndex((other) => sameName(other.name, column.name)) !== index;
    if (repeated) throw bindError(state, 'SQL_DUPLICATE_NAME', `column ${column.name} is named twice`, column.span);
    return fieldNamed(state, table, column.name, column.span);
  });
}

/** Returns the field of a table with a name, which is noted as one to be written.
 *  @throws SQL_UNKNOWN_COLUMN */
export function fieldNamed(state: BinderState, table: TableSnapshot, name: string, span: Span): Field {
  const field = table.fields.find((candidate) => sameName(candidate.name, name));
  if (field !== undefined) {
    state.reads.writtenColumns.add(field.name);
    return field;
  }
  const hint = didYouMean(
    nearestName(
      name,
      table.fields.map((candidate) => candidate.name),
    ),
  );
  throw bindError(state, 'SQL_UNKNOWN_COLUMN', `table ${table.ref.name} has no column ${name}`, span, { hint });
}

/** Each value takes its column's type, so that '2001-02-03' fits a date. */
function bindValueRows(state: BinderState, node: Values, targets: readonly Field[]): BoundRelation {
  const context = { state, scope: EMPTY_SCOPE, environment: NOTHING_AROUND, calls: null, place: 'VALUES' };
  const bindCell = (value: Expression, field: Field): PlanExpression => {
    const isDefault = value.kind === 'default-value';
    const cell = isDefault ? defaultOf(field) : coerceForAssignment(state, bindWithin(context, value), field.type, field.name, value.span);
    if (!field.nullable && cell.kind === 'literal' && cell.value === null) throw isRequired(state, field, value.span);
    return cell;
  };
  const rows = node.rows.map((row) => {
    if (row.length !== targets.length) {
      const message = `${String(targets.length)} values a row are needed, ${String(row.length)} are given`;
      throw bindError(state, 'SQL_TYPE_MISMATCH', message, row[0]?.span ?? node.span);
    }
    return row.map((value, index) => bindCell(value, targets[index] ?? ({ name: '' } as Field)));
  });
  const columns = targets.map(({ name, type }, index) => {
    const nullable = rows.some((row) => row[index] === undefined || mayBeNull(state.columns, row[index]));
    return state.columns.create({ name, type, nullable });
  });
  return { plan: { kind: 'values', columns, rows }, columns };
}

function projectToTable(
  state: BinderState,
  table: TableSnapshot,
  relation: BoundRelation,
  matched: readonly Field[],
  fixed: ReadonlyMap<number, PlanExpression>,
  span: Span,
): BoundRelation {
  const columns = table.fields.map((field): ProjectColumn => {
    const column = relation.columns[matched.findIndex((candidate) => candidate.id === field.id)];
    const value = fixed.get(field.id);
    if (column === undefined && value === undefined && !field.nullable && field.writeDefault === undefined)
      throw isRequired(state, field, span);
    const expression =
      column === undefined ? (value ?? defaultOf(field)) : assigned(state, relation.plan, columnExpression(column), field, span);
    return state.columns.create({ name: field.name, type: field.type, nullable: field.nullable, expression });
  });
  const plan: PlanNode = { kind: 'project', input: relation.plan, columns };
  return { plan, columns };
}

/** A string literal of the SELECT list takes the column's type, as it does in VALUES. */
function assigned(state: BinderState, plan: PlanNode, column: PlanExpression, field: Field, span: Span): PlanExpression {
  const source =
    plan.kind === 'project' && column.kind === 'column' ? plan.columns.find((candidate) => candidate.id === column.id) : undefined;
  const isLiteral = source?.expression.kind === 'literal' && source.type.kind === 'varchar';
  if (isLiteral) {
    coerceForAssignment(state, source.expression, field.type, field.name, span);
    return castTo(column, field.type);
  }
  return coerceForAssignment(state, column, field.type, field.name, span);
}

/** Returns the error of a NOT NULL column that certainly gets NULL. */
export function isRequired(state: BinderState, field: Field, span: Span): Error {
  return bindError(state, 'SQL_INVALID_VALUE', `column ${field.name} is NOT NULL and gets no value`, span);
}

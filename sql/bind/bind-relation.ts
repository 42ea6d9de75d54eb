import {
  assert,
  type PlanColumn,
  type PlanNode,
  type RelationName,
  type ScanColumn,
  type ScanNode,
  type TableSnapshot,
} from '../../spi/index.ts';
import type { NamedTable, QualifiedName, Span, TableVersion } from '../ast/index.ts';
import { bindError, unsupported } from './bind-error.ts';
import { timeTravelOf } from './bind-time-travel.ts';
import type { BinderState, BoundRelation, Environment, VisibleCommonTable } from './binder-state.ts';
import type { VirtualRelation } from './bound-statement.ts';
import { computedColumnsOf, withComputedColumns } from './computed-columns.ts';
import { type FromItem, nameColumns } from './from-item.ts';
import { noteUse, type RelationKind } from './read-record.ts';
import { isMomentOfRow } from './moment-of-row.ts';
import { isOutside, refusedOutside } from './outside-relation.ts';
import { namedRelation } from './relation-name.ts';
import { hasLineage, lineageColumns } from './row-lineage.ts';
import { type ParsedView, placedKey, relationKey, type ResolvedRelation, targetKey, viewSource } from './resolve-relations.ts';
import { scanColumn } from './scan-column.ts';
import { ScopeColumns } from './scope-columns.ts';
import { isMaterializedView } from './stream-table.ts';
import { hasUniqueNames, TableColumns } from './table-columns.ts';
import { policiesOn, withPolicies } from './table-policies.ts';

/** Binds a table, view, common table or virtual relation named in FROM. */
export function bindNamedTable(state: BinderState, node: NamedTable, environment: Environment): FromItem {
  if (node.version !== null && isMomentOfRow(node.version)) {
    const hint = 'It names a column of the left side in a JOIN b FOR SYSTEM_TIME AS OF a.ts ON ..; elsewhere write a constant.';
    throw unsupported(state, 'FOR SYSTEM_TIME AS OF a column here', node.version.span, hint);
  }
  const common = commonTableOf(node.name, environment);
  const stored = common === null ? bindStoredTable(state, node) : null;
  if (stored !== null) return stored;
  const relation = bindRelation(state, node.name, node.version, environment);
  const own = common === null ? ownName(namedRelation(node.name, state.source)) : { table: node.name.parts[0]?.name ?? null, schema: null };
  return { plan: relation.plan, columns: ScopeColumns.of(nameColumns(state, relation.columns, own, node.alias)), seesLeft: false };
}

/** Opens a stored table, of which only the columns are read that are named; null for other relations, and where all columns are named anew. */
function bindStoredTable(state: BinderState, node: NamedTable): FromItem | null {
  if ((node.alias?.columns.length ?? 0) > 0) return null;
  const table = lookUp(state, node.name, node.version);
  if (table.kind !== 'table' || computedColumnsOf(table).length > 0 || !hasUniqueNames(table.fields)) return null;
  if (policiesOn(state, table) !== null) return null;
  const { ref, fields } = table;
  pin(state, table);
  const own = node.alias === null ? ownName(namedRelation(node.name, state.source)) : { table: node.alias.name.name, schema: null };
  const columns = new TableColumns(state.columns, fields, own, hasLineage(table));
  state.tables.push(columns);
  const plan = scanOf(table, columns.scanned);
  noteUse(state, tableKind(table), ref, { plan, columns: columns.scanned });
  return { plan, columns: new ScopeColumns([columns]), seesLeft: false };
}

const ownName = (name: RelationName): { readonly table: string; readonly schema: string } => ({ table: name.name, schema: name.schema });

/** Binds the rows of a named relation.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_UNKNOWN_SCHEMA */
export function bindRelation(
  state: BinderState,
  name: QualifiedName,
  version: TableVersion | null,
  environment: Environment,
): BoundRelation {
  const common = commonTableOf(name, environment);
  if (common !== null) {
    if (version !== null)
      throw bindError(state, 'CATALOG_NOT_A_TABLE', `${common.name} is a common table and has no versions`, version.span);
    return scanCommonTable(state, common);
  }
  const resolved = lookUp(state, name, version);
  if (version !== null && !hasVersions(resolved)) {
    throw bindError(state, 'CATALOG_NOT_A_TABLE', 'only stored tables have versions', version.span);
  }
  switch (resolved.kind) {
    case 'table': {
      const given = policiesOn(state, resolved);
      const stored = scanTable(state, given === null ? resolved : { ...resolved, fields: given.fields });
      noteUse(state, tableKind(resolved), resolved.ref, stored);
      const rows = given === null ? stored : withPolicies(state, resolved, given, stored, name.span);
      return withComputedColumns(state, resolved, rows, name.span);
    }
    case 'view': {
      const rows = bindView(state, resolved, name.span);
      noteUse(state, 'view', resolved.definition.name, rows);
      return rows;
    }
    case 'virtual': {
      const rows = virtualRows(state, resolved.relation);
      noteUse(state, 'virtual', resolved.name, rows);
      if (resolved.describes !== undefined) noteDescribed(state, resolved.describes.table, name.span);
      return rows;
    }
    case 'missing':
      throw bindError(state, resolved.error.code, resolved.error.message, name.span, { hint: resolved.error.hint });
  }
}

/** Returns what a table is in the record of what a statement reads. */
export function tableKind(table: TableSnapshot): RelationKind {
  if (isOutside(table)) return 'outside_table';
  return isMaterializedView(table) ? 'materialized_view' : 'table';
}

function hasVersions(resolved: ResolvedRelation): boolean {
  return resolved.kind === 'virtual' ? resolved.describes?.hasVersions === true : resolved.kind !== 'view';
}

/** Who may read what is known about a table may read the table: bounds of columns are values of them. */
function noteDescribed(state: BinderState, table: TableSnapshot, span: Span): void {
  if (policiesOn(state, table) !== null) {
    const message = `what is known about the files of ${table.ref.schema}.${table.ref.name} is not shown to whom its row filters and column masks hold for`;
    throw bindError(state, 'AUTH_FORBIDDEN', message, span);
  }
  const { columns, plan } = virtualRows(state, { columns: table.fields.map(({ name }) => ({ name, type: 'varchar' })), rows: [] });
  const described = columns.map((column, index) => ({ ...column, fieldId: table.fields[index]?.id ?? -1 }));
  noteUse(state, tableKind(table), table.ref, { plan, columns: described });
  state.reads.queries.push({ plan, columns });
}

/** Returns what a name was resolved to before binding started. */
export function lookUp(state: BinderState, name: QualifiedName, version: TableVersion | null): ResolvedRelation {
  const travel = version === null ? null : timeTravelOf(version, state.source, state.context);
  const key = placedKey(relationKey(namedRelation(name, state.source), travel), state.source, state.context);
  const resolved = state.relations.get(key);
  assert(resolved !== undefined, `relation ${key} was not resolved`);
  return resolved;
}

/** Returns the table whose rows a statement changes, as it is now; one of an outside database only where rows are added.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_UNKNOWN_SCHEMA, CATALOG_NOT_A_TABLE, CATALOG_OUTSIDE */
export function lookUpTable(state: BinderState, name: QualifiedName, adds = false): TableSnapshot {
  const key = targetKey(namedRelation(name, state.source));
  const resolved = state.relations.get(key);
  assert(resolved !== undefined, `target ${key} was not resolved`);
  if (resolved.kind === 'table' && isOutside(resolved) && !adds) {
    throw refusedOutside(
      state,
      resolved.ref,
      'into which rows can be inserted and nothing else',
      name.span,
      'Change it in its own database.',
    );
  }
  if (resolved.kind === 'table') return resolved;
  if (resolved.kind === 'missing')
    throw bindError(state, resolved.error.code, resolved.error.message, name.span, { hint: resolved.error.hint });
  throw bindError(state, 'CATALOG_NOT_A_TABLE', `${name.parts.map((part) => part.name).join('.')} is not a stored table`, name.span);
}

function commonTableOf(name: QualifiedName, environment: Environment): VisibleCommonTable | null {
  const [only, ...more] = name.parts;
  return only === undefined || more.length > 0 ? null : (environment.commonTables.get(only.name.toLowerCase()) ?? null);
}

function scanCommonTable(state: BinderState, common: VisibleCommonTable): BoundRelation {
  const columns = common.columns.map(({ name, type, nullable }) => state.columns.create({ name, type, nullable }));
  return { plan: { kind: 'cte_scan', cteId: common.cteId, columns }, columns };
}

/** Reads all columns of a stored table at the snapshot found; with `lineage` those after them that tell its rows apart, where it has them. */
export function scanTable(state: BinderState, table: TableSnapshot, lineage = false): BoundRelation & { readonly plan: ScanNode } {
  pin(state, table);
  const own = table.fields.map((field) => scanColumn(field, state.columns.add(field.nullable)));
  const columns = lineage ? [...own, ...lineageColumns(state, table)] : own;
  return { plan: scanOf(table, columns), columns };
}

function scanOf({ ref, snapshotId, schemaId, deletes }: TableSnapshot, columns: readonly ScanColumn[]): ScanNode {
  const scan: ScanNode = { kind: 'scan', table: ref, snapshotId, schemaId, columns, filter: null };
  return deletes === true ? { ...scan, deletes } : scan;
}

/** A catalog hands out the same snapshot again and again. */
const pinKeys = new WeakMap<TableSnapshot, string>();

function pin(state: BinderState, table: TableSnapshot): void {
  const { ref, snapshotId } = table;
  if (ref.catalog !== undefined) return;
  let key = pinKeys.get(table);
  if (key === undefined) {
    key = `${ref.uuid}@${snapshotId ?? ''}`;
    pinKeys.set(table, key);
  }
  state.pins.set(key, { table: ref, snapshotId });
}

function bindView(state: BinderState, view: ParsedView, span: Span): BoundRelation {
  const inside: BinderState = { ...state, source: viewSource(view, state.source, span), definer: view.definition };
  const relation = state.rules.query(inside, view.query, { commonTables: new Map(), outer: null });
  const names = view.definition.columnNames;
  if (names === null) return relation;
  if (names.length !== relation.columns.length) {
    const label = inside.source.view?.name ?? '';
    const message = `view ${label} names ${String(names.length)} columns, its query has ${String(relation.columns.length)}`;
    throw bindError(state, 'SQL_TYPE_MISMATCH', message, span);
  }
  return {
    plan: relation.plan,
    columns: relation.columns.map(({ id, name, type, nullable }, index) => ({ name: names[index] ?? name, type, nullable, id })),
  };
}

/** Makes constant rows of a virtual relation. */
export function virtualRows(state: BinderState, relation: VirtualRelation): BoundRelation {
  const columns = relation.columns.map(
    ({ name, type }): PlanColumn => state.columns.create({ name, type: { kind: type }, nullable: true }),
  );
  const rows = relation.rows.map((row) =>
    columns.map(({ type }, index) => ({ kind: 'literal' as const, type, value: row[index] ?? null })),
  );
  const plan: PlanNode = { kind: 'values', columns, rows };
  return { plan, columns };
}

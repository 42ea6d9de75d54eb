import { formatType, type PlanColumn, type TableSnapshot } from '../../spi/index.ts';
import type { DescribeQuery, DescribeTable, ShowColumns, ShowCreate, ShowObjects, ShowSetting } from '../ast/index.ts';
import { bindError, unsupported } from './bind-error.ts';
import { shownCatalogue, shownSetting } from './bind-show-catalogue.ts';
import { bindRelation, lookUp, virtualRows } from './bind-relation.ts';
import type { BinderState, BoundRelation } from './binder-state.ts';
import type { BoundStatement, VirtualRelation } from './bound-statement.ts';
import { createTableText, materializedViewText, quoteName } from './create-table-text.ts';
import { finishQuery } from './finish-query.ts';
import { isMaterializedView } from './stream-table.ts';
import { allRelations, INFORMATION_SCHEMA } from './information-schema.ts';
import { noteUse } from './read-record.ts';
import { relationName, sameName, schemaName } from './relation-name.ts';
import type { ResolvedRelation } from './resolve-relations.ts';

type Row = readonly (string | boolean | null)[];

/** Binds SHOW SCHEMAS, TABLES and VIEWS: rows that the catalog gives now. */
export async function bindShowObjects(state: BinderState, node: ShowObjects): Promise<BoundStatement> {
  const matches = likeMatcher(node.like);
  const { context } = state;
  if (node.subject === 'schemas') {
    const schemas = [...(await context.catalog.schemas()), INFORMATION_SCHEMA];
    return answer(
      state,
      ['schema_name'],
      schemas.filter(matches).map((schema) => [schema]),
    );
  }
  if (node.subject === 'tables' || node.subject === 'views') {
    const schema = node.from === null ? state.source.defaultSchema : schemaName(node.from, state.source);
    const known = await context.catalog.schemas();
    if (!known.some((name) => sameName(name, schema))) {
      throw bindError(state, 'CATALOG_UNKNOWN_SCHEMA', `no schema of the name ${schema}`, node.from?.span ?? node.span);
    }
    const entries = (await allRelations(context)).filter((entry) => sameName(entry.schema, schema) && matches(entry.name));
    const shown = node.subject === 'views' ? entries.filter((entry) => entry.kind === 'view') : entries;
    return answer(
      state,
      ['schema_name', 'table_name', 'kind'],
      shown.map((entry) => [entry.schema, entry.name, entry.kind]),
    );
  }
  const relation = shownCatalogue(state, node.subject) ?? (await context.virtualRelation({ schema: 'system', name: node.subject }));
  if (relation === null) throw unsupported(state, `SHOW ${node.subject.toUpperCase()}`, node.span);
  const nameIndex = Math.max(
    0,
    relation.columns.findIndex((column) => column.name === 'name'),
  );
  const rows = relation.rows.filter((row) => matches(String(row[nameIndex] ?? '')));
  return answerRelation(state, { columns: relation.columns, rows });
}

/** Binds `SHOW setting`. */
export function bindShowSetting(state: BinderState, node: ShowSetting): BoundStatement {
  return answerRelation(state, shownSetting(state, node));
}

/** Binds SHOW COLUMNS. */
export function bindShowColumns(state: BinderState, node: ShowColumns): BoundStatement {
  const matches = likeMatcher(node.like);
  return describeColumns(
    state,
    columnsOf(state, node.table).filter((column) => matches(column.name)),
  );
}

/** Binds DESCRIBE of a relation. */
export function bindDescribeTable(state: BinderState, node: DescribeTable): BoundStatement {
  return describeColumns(state, columnsOf(state, node.table));
}

/** Binds DESCRIBE of a query. */
export function bindDescribeQuery(state: BinderState, node: DescribeQuery): BoundStatement {
  const relation = state.rules.query(state, node.query, { commonTables: new Map(), outer: null });
  state.pins.clear();
  state.reads.queries.push(relation);
  return describeColumns(state, relation.columns);
}

type Described = Pick<PlanColumn, 'name' | 'type' | 'nullable'> & { readonly comment?: string; readonly writeDefault?: string };

function columnsOf(state: BinderState, name: DescribeTable['table']): readonly Described[] {
  const resolved = lookUp(state, name, null);
  if (resolved.kind === 'table') {
    noteNamed(state, resolved);
    return resolved.fields;
  }
  const relation = bindRelation(state, name, null, { commonTables: new Map(), outer: null });
  state.pins.clear();
  state.reads.queries.push(relation);
  return relation.columns;
}

/** Notes that the definition of a relation is read, and none of its columns. */
function noteNamed(state: BinderState, named: ResolvedRelation): void {
  const nothing: BoundRelation = { plan: { kind: 'values', columns: [], rows: [] }, columns: [] };
  if (named.kind === 'table') noteUse(state, isMaterializedView(named) ? 'materialized_view' : 'table', named.ref, nothing);
  if (named.kind === 'view') noteUse(state, 'view', named.definition.name, nothing);
}

function describeColumns(state: BinderState, columns: readonly Described[]): BoundStatement {
  const rows = columns.map(
    (column): Row => [
      column.name,
      formatType(column.type),
      column.nullable ? 'YES' : 'NO',
      column.comment ?? null,
      column.writeDefault ?? null,
    ],
  );
  return answer(state, ['column_name', 'data_type', 'nullable', 'comment', 'default_value'], rows);
}

/** Binds SHOW CREATE TABLE, VIEW and MATERIALIZED VIEW: one row with the statement that makes the relation anew. */
export async function bindShowCreate(state: BinderState, node: ShowCreate): Promise<BoundStatement> {
  const resolved = lookUp(state, node.name, null);
  if (resolved.kind === 'missing') {
    throw bindError(state, resolved.error.code, resolved.error.message, node.name.span, { hint: resolved.error.hint });
  }
  noteNamed(state, resolved);
  if (resolved.kind === 'table' && node.objectType === 'table')
    return answer(state, ['create_statement'], [[createTableText(resolved satisfies TableSnapshot)]]);
  if (resolved.kind === 'view' && node.objectType === 'view') {
    const { name, columnNames, sql } = resolved.definition;
    const columns = columnNames === null ? '' : ` (${columnNames.map(quoteName).join(', ')})`;
    return answer(state, ['create_statement'], [[`CREATE VIEW ${quoteName(name.schema)}.${quoteName(name.name)}${columns} AS ${sql}`]]);
  }
  if (resolved.kind === 'table' && node.objectType === 'materialized-view') {
    const query = await maintainingQuery(state, resolved);
    if (query !== null) return answer(state, ['create_statement'], [[materializedViewText(resolved, query)]]);
  }
  const { schema, name } = relationName(node.name, state.source);
  throw bindError(state, 'CATALOG_NOT_A_TABLE', `${schema}.${name} is not a stored ${node.objectType.replace('-', ' ')}`, node.name.span);
}

async function maintainingQuery(state: BinderState, { ref }: TableSnapshot): Promise<string | null> {
  const streams = await state.context.virtualRelation({ schema: 'system', name: 'streams' });
  const column = (name: string): number => streams?.columns.findIndex((candidate) => candidate.name === name) ?? -1;
  const row = streams?.rows.find((candidate) => candidate[column('name')] === `${ref.schema}.${ref.name}`);
  const query = row?.[column('query')];
  return typeof query === 'string' ? query : null;
}

function answer(state: BinderState, names: readonly string[], rows: readonly Row[]): BoundStatement {
  return answerRelation(state, { columns: names.map((name) => ({ name, type: 'varchar' })), rows });
}

function answerRelation(state: BinderState, relation: VirtualRelation): BoundStatement {
  return { kind: 'query', query: finishQuery(state, virtualRows(state, relation)), hints: { engine: null } };
}

/** LIKE over names, without regard to case: `%` any text, `_` any character. */
function likeMatcher(pattern: string | null): (name: string) => boolean {
  if (pattern === null) return () => true;
  const escaped = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const expression = new RegExp(`^${escaped.replaceAll('%', '.*').replaceAll('_', '.')}$`, 'is');
  return (name) => expression.test(name);
}

import { formatType, nearestName, type PlanColumn, type TableSnapshot } from '../../spi/index.ts';
import type { DescribeQuery, DescribeTable, ShowColumns, ShowCreate, ShowObjects, ShowSetting, Span } from '../ast/index.ts';
import { bindError, didYouMean, unsupported } from './bind-error.ts';
import { shownCatalogue, shownSetting } from './bind-show-catalogue.ts';
import { bindRelation, lookUp, tableKind, virtualRows } from './bind-relation.ts';
import type { BinderState, BoundRelation } from './binder-state.ts';
import type { BoundStatement, VirtualRelation } from './bound-statement.ts';
import { formatQuoted } from '../format/index.ts';
import { createTableText, materializedViewText } from './create-table-text.ts';
import { finishQuery } from './finish-query.ts';
import { allRelations, INFORMATION_SCHEMA } from './information-schema.ts';
import type { OutsideCatalog } from './outside-catalogs.ts';
import { isOutside, refusedOutside, unknownCatalog } from './outside-relation.ts';
import { noteUse } from './read-record.ts';
import { CATALOG_NAME, namedRelation, sameName, schemaName } from './relation-name.ts';
import type { ResolvedRelation } from './resolve-relations.ts';

type Row = readonly (string | boolean | null)[];

/** Binds SHOW SCHEMAS, TABLES and VIEWS: rows that the catalog gives now. */
export async function bindShowObjects(state: BinderState, node: ShowObjects): Promise<BoundStatement> {
  const matches = likeMatcher(node.like);
  const { context } = state;
  const outside = await outsideObjects(state, node);
  if (outside !== null)
    return answer(
      state,
      outside.names,
      outside.rows.filter((row) => matches(String(row.at(outside.matched)))),
    );
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

/** What SHOW SCHEMAS FROM a catalog and SHOW TABLES FROM a schema of one list, and the column that LIKE looks at; null for the platform's own. */
interface OutsideObjects {
  readonly names: readonly string[];
  readonly rows: readonly Row[];
  readonly matched: number;
}

async function outsideObjects(state: BinderState, { subject, from }: ShowObjects): Promise<OutsideObjects | null> {
  const [catalog, schema, more] = from?.parts.map((part) => part.name) ?? [];
  const parts = subject === 'schemas' ? 1 : subject === 'tables' ? 2 : 0;
  const isNamed = (schema === undefined ? 1 : 2) === parts && more === undefined;
  if (from === null || catalog === undefined || !isNamed || sameName(catalog, CATALOG_NAME)) return null;
  const found = outsideCatalog(state, catalog, from.span);
  const schemas = await found.schemas();
  if (schema === undefined) return { names: ['schema_name'], rows: schemas.map((name) => [name]), matched: 0 };
  const known = schemas.find((name) => sameName(name, schema));
  if (known === undefined) {
    const hint = didYouMean(nearestName(schema, schemas));
    throw bindError(state, 'CATALOG_UNKNOWN_SCHEMA', `no schema of the name ${schema} in catalog ${catalog}`, from.span, { hint });
  }
  const tables = await found.tables(known);
  return { names: ['schema_name', 'table_name', 'kind'], rows: tables.map((name) => [known, name, 'outside_table']), matched: 1 };
}

/** @throws CATALOG_UNKNOWN_SCHEMA */
function outsideCatalog(state: BinderState, catalog: string, span: Span): OutsideCatalog {
  const found = state.context.outside?.find(catalog) ?? null;
  if (found !== null) return found;
  const { code, message, hint } = unknownCatalog(catalog, state.context).error;
  throw bindError(state, code, message, span, { hint });
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
  if (named.kind === 'table') noteUse(state, tableKind(named), named.ref, nothing);
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
  if (resolved.kind === 'table' && isOutside(resolved)) {
    throw refusedOutside(state, resolved.ref, 'which alone tells how it was made', node.name.span, 'DESCRIBE shows its columns.');
  }
  if (resolved.kind === 'table' && node.objectType === 'table')
    return answer(state, ['create_statement'], [[createTableText(resolved satisfies TableSnapshot)]]);
  if (resolved.kind === 'view' && node.objectType === 'view') {
    const { name, columnNames, sql } = resolved.definition;
    const columns = columnNames === null ? '' : ` (${columnNames.map(formatQuoted).join(', ')})`;
    return answer(
      state,
      ['create_statement'],
      [[`CREATE VIEW ${formatQuoted(name.schema)}.${formatQuoted(name.name)}${columns} AS ${sql}`]],
    );
  }
  if (resolved.kind === 'table' && node.objectType === 'materialized-view') {
    const query = await maintainingQuery(state, resolved);
    if (query !== null) return answer(state, ['create_statement'], [[materializedViewText(resolved, query)]]);
  }
  const { schema, name } = namedRelation(node.name, state.source);
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

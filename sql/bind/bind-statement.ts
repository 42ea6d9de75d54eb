import type { PlanNode } from '../../spi/index.ts';
import type { Drop, Explain, Query, QueryStatement, Span, Statement } from '../ast/index.ts';
import { bindCall } from './bind-call.ts';
import { bindMerge } from './bind-change.ts';
import { bindCreateRole, bindDropRole, bindGrantOrRevoke } from './bind-access.ts';
import { bindAlterTable, bindRenameObject } from './bind-alter-table.ts';
import { bindCommentOn } from './bind-comment.ts';
import { bindCopyFrom, bindCopyTo } from './bind-copy.ts';
import { bindDelete, bindTruncate } from './bind-delete.ts';
import { bindUpdate } from './bind-update.ts';
import { bindCreateSchema, bindCreateTable, bindCreateView } from './bind-create.ts';
import { bindError, type SourceText, unsupported } from './bind-error.ts';
import { bindExpression } from './bind-expression.ts';
import { bindInsert } from './bind-insert.ts';
import { bindAlterMaterializedView, bindCreateMaterializedView } from './bind-materialized-view.ts';
import { bindCreatePolicy, bindDropPolicy } from './bind-policy.ts';
import { bindDeallocate, bindPrepare } from './bind-prepare.ts';
import { bindOverwrite } from './bind-overwrite.ts';
import { bindQuery } from './bind-query.ts';
import { bindAlterRoute } from './bind-route.ts';
import { bindCreateFunction, refusedDropFunction } from './bind-routine.ts';
import { bindReset, bindSet, bindSetTimeZone, bindUse } from './bind-setting.ts';
import { bindDescribeQuery, bindDescribeTable, bindShowColumns, bindShowCreate, bindShowObjects, bindShowSetting } from './bind-show.ts';
import { bindTransactionControl } from './bind-transaction.ts';
import type { BinderState } from './binder-state.ts';
import type { BindContext, BoundStatement } from './bound-statement.ts';
import { ColumnRegistry } from './column-registry.ts';
import { ExpressionSpans } from './expression-spans.ts';
import { finishQuery, readHints } from './finish-query.ts';
import { refuseMaintained } from './maintained-table.ts';
import { isOutside, refusedOutside } from './outside-relation.ts';
import { ParameterSlots } from './parameters.ts';
import { createReadRecord } from './read-record.ts';
import { relationName, schemaName } from './relation-name.ts';
import { type RelationMap, resolveRelations } from './resolve-relations.ts';
import { type StatementReferences, statementReferences } from './statement-references.ts';
import type { PolicyLookup } from './policy-lookup.ts';

/** Settles the names, types and snapshots of a statement. All tables are looked up in one state of the catalog, so that the statement reads what was
 *  committed at one moment, or what `readAt` says.
 *  @throws SQL_*, CATALOG_* with the place in the text, and a proposal where a name is near another one */
export async function bindStatement(statement: Statement, given: BindContext): Promise<BoundStatement> {
  return (await bindWithReferences(statement, given)).statement;
}

/** Binds as `bindStatement` does, and tells on request what the statement reads and changes: the seam for decisions about privileges. */
export async function bindWithReferences(statement: Statement, given: BindContext): Promise<BoundWithReferences> {
  // Everything that the statement names is looked up in one committed state of the catalog.
  const context = pinned(given, isDefinition(statement));
  const source: SourceText = { text: context.text, defaultSchema: context.schema, view: null };
  const relations = await resolveRelations(statement, source, context);
  const state: BinderState = {
    context,
    relations,
    policies: await policiesFor(relations, context),
    definer: null,
    parameters: new ParameterSlots(context.parameters),
    columns: new ColumnRegistry(),
    pins: new Map(),
    tables: [],
    unstableFunctions: new Set(),
    reads: createReadRecord(),
    spans: new ExpressionSpans(),
    work: { expressions: 0, depth: 0 },
    source,
    rules: { expression: bindExpression, query: bindQuery },
  };
  const bound = await bindOne(state, statement);
  refuseOutsideSources(state, bound, statement.span);
  return {
    statement: bound,
    unruledRoot: () => state.reads.result?.plan ?? null,
    readsViews: () => state.reads.uses.some(({ kind }) => kind === 'view'),
    references: () => statementReferences(bound, state.reads),
  };
}

/** Most statements that read no table need not ask. */
async function policiesFor(relations: RelationMap, { policies }: BindContext): Promise<PolicyLookup | null> {
  if (policies === undefined) return null;
  const kinds = new Set([...relations.values()].map(({ kind }) => kind));
  return kinds.has('table') || kinds.has('virtual') ? policies(kinds.has('view')) : null;
}

/** The context is read at every expression: it is of one hidden class, however it was given. */
function pinned(given: BindContext, isDefinition: boolean): BindContext {
  const { text, principal, schema, timeZone, startedAtUs, parameters, readAt, settings } = given;
  return {
    text,
    catalog: given.catalog.pinned(),
    definerCatalog: given.definerCatalog ?? null,
    principal,
    schema,
    timeZone,
    startedAtUs,
    parameters,
    readAt: isDefinition ? null : (readAt ?? null),
    settings: settings ?? {},
    outside: given.outside,
    definerOutside: given.definerOutside,
    policies: given.policies,
    functions: given.functions,
    virtualRelation: (name) => given.virtualRelation(name),
  };
}

/** A bound statement, and what it reads and changes. */
export interface BoundWithReferences {
  readonly statement: BoundStatement;
  /** Returns the root of the statement's plan as it was before any rule of the plan; null when it has none. */
  unruledRoot(): PlanNode | null;
  /** Whether the text of a view is a part of it. */
  readsViews(): boolean;
  references(): StatementReferences;
}

/** What a change of rows reads is read more than once, and has to be the same each time.
 *  @throws CATALOG_OUTSIDE */
function refuseOutsideSources(state: BinderState, bound: BoundStatement, span: Span): void {
  if (bound.kind === 'explain') refuseOutsideSources(state, bound.statement, span);
  if (!('matching' in bound)) return;
  for (const found of state.relations.values()) {
    if (found.kind === 'table' && isOutside(found)) {
      throw refusedOutside(
        state,
        found.ref,
        'whose rows may change while a DELETE, UPDATE, MERGE or INSERT OVERWRITE of partitions runs',
        span,
      );
    }
  }
}

/** A view's text is bound again at each use, so the snapshots of the session that defines it have no say in it. */
function isDefinition({ kind }: Statement): boolean {
  return kind === 'create-view' || kind === 'create-materialized-view';
}

function bindOne(state: BinderState, statement: Statement): BoundStatement | Promise<BoundStatement> {
  switch (statement.kind) {
    case 'query-statement':
      return bindQueryStatement(state, statement);
    case 'explain':
      return bindExplain(state, statement);
    case 'insert':
      return statement.partition === null ? bindInsert(state, statement) : bindOverwrite(state, statement, statement.partition);
    case 'delete':
      return bindDelete(state, statement);
    case 'update':
      return bindUpdate(state, statement);
    case 'merge':
      return bindMerge(state, statement);
    case 'truncate':
      return bindTruncate(state, statement);
    case 'create-schema':
      return bindCreateSchema(state, statement);
    case 'create-table':
      return bindCreateTable(state, statement);
    case 'create-view':
      return bindCreateView(state, statement);
    case 'create-materialized-view':
      return bindCreateMaterializedView(state, statement);
    case 'alter-materialized-view':
      return bindAlterMaterializedView(state, statement);
    case 'drop':
      return bindDrop(state, statement);
    case 'copy-from':
      return bindCopyFrom(state, statement);
    case 'copy-to':
      return bindCopyTo(state, statement);
    case 'set-setting':
      return bindSet(state, statement);
    case 'reset-setting':
      return bindReset(state, statement);
    case 'set-time-zone':
      return bindSetTimeZone(state, statement);
    case 'use':
      return bindUse(state, statement);
    case 'alter-route':
      return bindAlterRoute(statement);
    case 'clear-engine':
      return { kind: 'clear_engine', engine: statement.engine.name };
    case 'show-objects':
    case 'show-columns':
    case 'show-create':
    case 'show-setting':
    case 'describe-table':
    case 'describe-query':
      return bindDescription(state, statement);
    default:
      return bindAdministration(state, statement);
  }
}

type Description = Extract<
  Statement,
  { readonly kind: 'show-objects' | 'show-columns' | 'show-create' | 'show-setting' | 'describe-table' | 'describe-query' }
>;

function bindDescription(state: BinderState, statement: Description): BoundStatement | Promise<BoundStatement> {
  switch (statement.kind) {
    case 'show-objects':
      return bindShowObjects(state, statement);
    case 'show-columns':
      return bindShowColumns(state, statement);
    case 'show-create':
      return bindShowCreate(state, statement);
    case 'describe-table':
      return bindDescribeTable(state, statement);
    case 'describe-query':
      return bindDescribeQuery(state, statement);
    case 'show-setting':
      return bindShowSetting(state, statement);
  }
}

type Administration = Extract<
  Statement,
  {
    readonly kind:
      | 'prepare'
      | 'execute'
      | 'deallocate'
      | 'alter-table'
      | 'rename-object'
      | 'comment-on'
      | 'create-function'
      | 'call'
      | 'create-role'
      | 'create-policy'
      | 'drop-policy'
      | 'grant'
      | 'revoke'
      | 'transaction-control';
  }
>;

function bindAdministration(state: BinderState, statement: Administration): BoundStatement | Promise<BoundStatement> {
  switch (statement.kind) {
    case 'prepare':
      return bindPrepare(state, statement, (inner, parameters) => bindStatement(inner, { ...state.context, parameters }));
    case 'execute':
      throw unsupported(state, 'EXECUTE here', statement.span, 'EXECUTE is a statement of its own.');
    case 'deallocate':
      return bindDeallocate(statement);
    case 'alter-table':
      return bindAlterTable(state, statement);
    case 'rename-object':
      return bindRenameObject(state, statement);
    case 'comment-on':
      return bindCommentOn(state, statement);
    case 'create-function':
      return bindCreateFunction(statement);
    case 'call':
      return bindCall(state, statement);
    case 'create-role':
      return bindCreateRole(statement);
    case 'create-policy':
      return bindCreatePolicy(state, statement);
    case 'drop-policy':
      return bindDropPolicy(state, statement);
    case 'grant':
    case 'revoke':
      return bindGrantOrRevoke(state, statement);
    case 'transaction-control':
      return bindTransactionControl(statement);
  }
}

function bindQueryStatement(state: BinderState, statement: QueryStatement): BoundStatement {
  const query: Query = statement.query;
  const relation = bindQuery(state, query, { commonTables: new Map(), outer: null });
  return { kind: 'query', query: finishQuery(state, relation), hints: readHints(state, query) };
}

async function bindExplain(state: BinderState, { mode, format, statement: inner, span }: Explain): Promise<BoundStatement> {
  if (inner.kind === 'explain') throw bindError(state, 'SQL_UNSUPPORTED', 'EXPLAIN of an EXPLAIN is not supported', span);
  return { kind: 'explain', mode, format, statement: await bindOne(state, inner) };
}

async function bindDrop(state: BinderState, statement: Drop): Promise<BoundStatement> {
  const { ifExists, cascade, name } = statement;
  switch (statement.objectType) {
    case 'schema':
      return { kind: 'drop_schema', schema: schemaName(name, state.source), ifExists, cascade };
    case 'table':
      await refuseMaintained(state, name, 'is not dropped as a table');
      return { kind: 'drop_table', name: relationName(name, state.source), ifExists };
    case 'view':
      return { kind: 'drop_view', name: relationName(name, state.source), ifExists };
    case 'materialized-view':
      return { kind: 'drop_materialized_view', name: relationName(name, state.source), ifExists };
    case 'function':
      return refusedDropFunction(name);
    case 'role':
    case 'user':
      return bindDropRole(state, statement.objectType, statement);
  }
}

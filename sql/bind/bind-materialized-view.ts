import { isStatementTime, walkPlan } from '../../spi/index.ts';
import type { AlterMaterializedView, CreateMaterializedView, Span } from '../ast/index.ts';
import { bindPartitionField, bindProperties, ifExists, refuseRepeated, renamed, storedColumns } from './bind-create.ts';
import { bindError, unsupported } from './bind-error.ts';
import type { BinderState } from './binder-state.ts';
import type { BoundStatement } from './bound-statement.ts';
import { collectRelations } from './collect-relations.ts';
import { finishQuery, readHints } from './finish-query.ts';
import { isOutside, refusedOutside } from './outside-relation.ts';
import { MATERIALIZED_VIEW } from './stream-table.ts';
import { relationName, sameName } from './relation-name.ts';

type BoundView = Extract<BoundStatement, { kind: 'create_materialized_view' }>;

/** Binds CREATE MATERIALIZED VIEW: the query is bound to find its mistakes and the types of the result; its text is stored.
 *  @throws SQL_UNSUPPORTED for what cannot be kept fresh: old versions, system tables, the time of the statement, random numbers */
export function bindCreateMaterializedView(state: BinderState, node: CreateMaterializedView): BoundStatement {
  const behaviour = ifExists(state, node);
  const { span } = node.query;
  const relation = renamed(state, state.rules.query(state, node.query, { commonTables: new Map(), outer: null }), node.columns, node.span);
  const columns = storedColumns(state, relation, span);
  const names = columns.map((column) => column.name);
  refuseRepeated(state, names, span);
  const view: BoundView = {
    kind: 'create_materialized_view',
    spec: {
      name: relationName(node.name, state.source),
      columns,
      partitioning: node.partitionedBy.map((field) => bindPartitionField(state, field, columns)),
      properties: { ...bindProperties(state, node.properties), [MATERIALIZED_VIEW]: 'true' },
      comment: node.comment,
    },
    ifExists: behaviour,
    sql: state.source.text.slice(span.start, span.end),
    defaultSchema: state.source.defaultSchema,
    timeZone: state.context.timeZone,
    query: finishQuery(state, relation),
    hints: readHints(state, node.query),
  };
  if (state.reads.policyExpressions.length > 0) {
    const message = 'a materialized view over tables whose row filters or column masks hold for who makes it';
    throw bindError(state, 'AUTH_FORBIDDEN', `${message} is not made`, span, {
      hint: 'Make a view, or let the owner of the tables make it.',
    });
  }
  refuseSources(state, node);
  refuseUnstable(state, view, span);
  return view;
}

/** Binds ALTER MATERIALIZED VIEW. */
export function bindAlterMaterializedView(state: BinderState, node: AlterMaterializedView): BoundStatement {
  return { kind: 'alter_materialized_view', name: relationName(node.name, state.source), action: node.action };
}

/** A stream follows the changes of stored tables: rows that have no changes, or never get any, are none of its business. */
function refuseSources(state: BinderState, { query }: CreateMaterializedView): void {
  const views = [...state.relations.values()].flatMap((found) => (found.kind === 'view' ? [found.query] : []));
  const versioned = [query, ...views].flatMap(collectRelations).find((mention) => mention.version !== null);
  if (versioned !== undefined) throw unsupported(state, 'an old version of a table in a materialized view', query.span);
  for (const found of state.relations.values()) {
    if (found.kind === 'table' && isOutside(found))
      throw refusedOutside(state, found.ref, 'whose changes nobody tells to a materialized view', query.span);
  }
  const virtual = [...state.relations.values()].find((found) => found.kind === 'virtual');
  if (virtual?.kind !== 'virtual') return;
  throw unsupported(state, `${virtual.name.schema}.${virtual.name.name} in a materialized view`, query.span);
}

function refuseUnstable(state: BinderState, { spec, query }: BoundView, span: Span): void {
  const [random] = state.unstableFunctions;
  if (random !== undefined) throw unsupported(state, `${random} in a materialized view`, span);
  if (query.parameters.length > 0) throw unsupported(state, 'a parameter in a materialized view', span);
  let scans = 0;
  walkPlan(query.plan.root, {
    node: (part) => {
      if (part.kind !== 'scan') return;
      scans += 1;
      if (!sameName(part.table.name, spec.name.name) || !sameName(part.table.schema, spec.name.schema)) return;
      throw bindError(state, 'SQL_TOO_DEEP', `view ${spec.name.schema}.${spec.name.name} would read itself`, span);
    },
    expression: (part) => {
      if (part.kind !== 'call' || !isStatementTime(part.function)) return;
      throw unsupported(state, `${part.function} in a materialized view`, span, 'Compare times where the view is read.');
    },
  });
  if (scans === 0) throw unsupported(state, 'a materialized view that reads no table', span);
}

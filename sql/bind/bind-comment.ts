import type { CommentOn, QualifiedName } from '../ast/index.ts';
import { nearestName } from '../../spi/index.ts';
import { bindError, didYouMean } from './bind-error.ts';
import type { BinderState } from './binder-state.ts';
import type { BoundStatement } from './bound-statement.ts';
import { existingRelation } from './existing-relation.ts';
import { refuseMaintained } from './maintained-table.ts';
import { refusedStatement } from './refused-statement.ts';
import { relationName, sameName, schemaName } from './relation-name.ts';

const HINT = 'Tables, views and columns have comments.';

/** Binds COMMENT ON. A view's comment is changed by replacing the view by itself; schemas have none.
 *  @throws CATALOG_UNKNOWN_TABLE, CATALOG_UNKNOWN_SCHEMA, CATALOG_NOT_A_TABLE, SQL_UNKNOWN_COLUMN */
export async function bindCommentOn(state: BinderState, node: CommentOn): Promise<BoundStatement> {
  if (node.objectType === 'schema') return commentOnSchema(state, node);
  if (node.objectType === 'column') return commentOnColumn(state, node);
  const found = await existingRelation(state, node.name);
  const { schema, name } = relationName(node.name, state.source);
  if (found === null || found.kind !== node.objectType) {
    throw bindError(state, 'CATALOG_NOT_A_TABLE', `${schema}.${name} is not a ${node.objectType}`, node.name.span);
  }
  if (found.kind === 'view') {
    const { sql, defaultSchema, columnNames } = found;
    return { kind: 'create_view', view: { name: found.name, sql, defaultSchema, columnNames, comment: node.comment }, ifExists: 'replace' };
  }
  await refuseMaintained(state, node.name, 'takes no comment of its own');
  return { kind: 'alter_table', table: found.ref, changes: [{ kind: 'set_table_comment', comment: node.comment }] };
}

async function commentOnSchema(state: BinderState, node: CommentOn): Promise<BoundStatement> {
  const schema = schemaName(node.name, state.source);
  await refuseUnknownSchema(state, schema, node.name);
  return refusedStatement(`COMMENT ON SCHEMA ${schema}`, HINT);
}

/** Says that there is no schema of a name.
 *  @throws CATALOG_UNKNOWN_SCHEMA */
export async function refuseUnknownSchema(state: BinderState, schema: string, name: QualifiedName): Promise<void> {
  const schemas = await state.context.catalog.schemas();
  if (schemas.some((known) => sameName(known, schema))) return;
  const hint = didYouMean(nearestName(schema, schemas));
  throw bindError(state, 'CATALOG_UNKNOWN_SCHEMA', `no schema of the name ${schema}`, name.span, { hint });
}

async function commentOnColumn(state: BinderState, node: CommentOn): Promise<BoundStatement> {
  const column = node.name.parts.at(-1);
  const parts = node.name.parts.slice(0, -1);
  if (column === undefined || parts.length === 0) {
    throw bindError(state, 'SQL_UNKNOWN_COLUMN', 'a column is named with its table: t.a', node.name.span);
  }
  const table: QualifiedName = { ...node.name, parts };
  const found = await existingRelation(state, table);
  const { schema, name } = relationName(table, state.source);
  if (found?.kind !== 'table') throw bindError(state, 'CATALOG_NOT_A_TABLE', `${schema}.${name} is not a table`, node.name.span);
  await refuseMaintained(state, table, 'takes no comments of its own');
  const field = found.fields.find((candidate) => sameName(candidate.name, column.name));
  const change = { kind: 'set_column_comment', comment: node.comment } as const;
  if (field !== undefined) return { kind: 'alter_table', table: found.ref, changes: [{ ...change, column: [field.name] }] };
  const nearest = nearestName(
    column.name,
    found.fields.map((candidate) => candidate.name),
  );
  throw bindError(state, 'SQL_UNKNOWN_COLUMN', `table ${name} has no column ${column.name}`, column.span, { hint: didYouMean(nearest) });
}

import {
  type DataType,
  formatType,
  type IfExists,
  nearestName,
  type NewColumn,
  type NewPartitionField,
  type PartitionTransform,
  type TableSpec,
} from '../../spi/index.ts';
import type {
  ColumnDefinition,
  CreateSchema,
  CreateTable,
  CreateView,
  Expression,
  Identifier,
  PartitionField,
  Property,
  Span,
} from '../ast/index.ts';
import { bindDefault } from './bind-default.ts';
import { bindError, didYouMean, unsupported } from './bind-error.ts';
import { bindType } from './bind-type.ts';
import { bindPrimaryKey } from './bind-primary-key.ts';
import { bindWatermarks } from './bind-watermark.ts';
import type { BinderState, BoundRelation, Environment } from './binder-state.ts';
import type { BoundStatement } from './bound-statement.ts';
import { bindComputedColumns } from './computed-columns.ts';
import { finishQuery, readHints } from './finish-query.ts';
import { refuseMaintained } from './maintained-table.ts';
import { relationName, sameName, schemaName } from './relation-name.ts';
import { relationKey } from './resolve-relations.ts';

const NOTHING_AROUND: Environment = { commonTables: new Map(), outer: null };
const PLAIN_TRANSFORMS: readonly string[] = ['identity', 'year', 'month', 'day', 'hour'];

/** Reads OR REPLACE and IF NOT EXISTS.
 *  @throws SQL_UNSUPPORTED for both at once */
export function ifExists(
  state: BinderState,
  node: { readonly orReplace: boolean; readonly ifNotExists: boolean; readonly span: Span },
): IfExists {
  if (node.orReplace && node.ifNotExists) throw unsupported(state, 'OR REPLACE together with IF NOT EXISTS', node.span);
  return node.orReplace ? 'replace' : node.ifNotExists ? 'keep' : 'fail';
}

/** Binds CREATE SCHEMA. */
export function bindCreateSchema(state: BinderState, node: CreateSchema): BoundStatement {
  const behaviour = ifExists(state, node);
  if (behaviour === 'replace') throw unsupported(state, 'CREATE OR REPLACE SCHEMA', node.span);
  if (node.properties.length > 0) throw unsupported(state, 'a property of a schema', node.properties[0]?.span ?? node.span);
  return { kind: 'create_schema', schema: schemaName(node.name, state.source), ifExists: behaviour };
}

/** Binds CREATE TABLE, with or without AS query. */
export async function bindCreateTable(state: BinderState, node: CreateTable): Promise<BoundStatement> {
  const behaviour = ifExists(state, node);
  if (behaviour === 'replace') await refuseMaintained(state, node.name, 'is not replaced by a table');
  if (node.query === null) {
    return { kind: 'create_table', spec: specOfElements(state, node), ifExists: behaviour };
  }
  if (node.elements.length > 0)
    throw unsupported(state, 'column definitions together with AS query', node.elements[0]?.span ?? node.span, 'Write CAST in the query.');
  const relation = renamed(state, state.rules.query(state, node.query, NOTHING_AROUND), node.columnNames, node.span);
  const columns = storedColumns(state, relation, node.query.span);
  const spec = tableSpec(state, node, columns);
  if (!node.withData) return { kind: 'create_table', spec, ifExists: behaviour };
  return { kind: 'create_table_as', spec, ifExists: behaviour, query: finishQuery(state, relation), hints: readHints(state, node.query) };
}

/** Binds what stands between the parentheses. */
function specOfElements(state: BinderState, node: CreateTable): TableSpec {
  const { elements } = node;
  const columns = elements.flatMap((element) => (element.kind === 'column-definition' ? [bindColumn(state, element)] : []));
  const named = elements.filter((element) => element.kind === 'column-definition' || element.kind === 'computed-column');
  refuseRepeated(
    state,
    named.map((element) => element.name.name),
    node.span,
  );
  const spec = tableSpec(state, node, columns);
  const computed = bindComputedColumns(
    state,
    spec.name.name,
    columns,
    named.flatMap((element, position) => (element.kind === 'computed-column' ? [{ node: element, position }] : [])),
  );
  const watermarks = elements.filter((element) => element.kind === 'watermark-definition');
  const keys = elements.filter((element) => element.kind === 'key-constraint');
  const properties = {
    ...spec.properties,
    ...computed.properties,
    ...bindWatermarks(state, watermarks, [...columns, ...computed.columns]),
    ...bindPrimaryKey(state, keys, columns),
  };
  return { ...spec, properties };
}

/** Returns the columns of a table that is to hold a query's rows.
 *  @throws SQL_TYPE_MISMATCH for a type that is not stored */
export function storedColumns(state: BinderState, relation: BoundRelation, span: Span): readonly NewColumn[] {
  return relation.columns.map((column): NewColumn => {
    if (isStorable(column.type)) return { name: column.name, type: column.type, nullable: true };
    const message = `column ${column.name} has the type ${formatType(column.type)}, which cannot be stored`;
    throw bindError(state, 'SQL_TYPE_MISMATCH', message, span, { hint: 'Write a CAST.' });
  });
}

/** Binds the definition of a column.
 *  @throws SQL_TYPE_MISMATCH for a type that is not stored, and what its DEFAULT can be refused for */
export function bindColumn(state: BinderState, node: ColumnDefinition): NewColumn {
  const type = bindType(state, node.dataType);
  if (!isStorable(type))
    throw bindError(state, 'SQL_TYPE_MISMATCH', `${formatType(type)} cannot be the type of a column`, node.dataType.span);
  const comment = node.comment === null ? {} : { comment: node.comment };
  const value = node.defaultValue === null ? null : bindDefault(state, node.defaultValue, type, node.name.name);
  return { name: node.name.name, type, nullable: !node.notNull, ...comment, ...(value === null ? {} : { writeDefault: value }) };
}

function isStorable(type: DataType): boolean {
  if (type.kind === 'list') return isStorable(type.element);
  if (type.kind === 'map') return isStorable(type.key) && isStorable(type.value);
  if (type.kind === 'struct') return type.fields.every((field) => isStorable(field.type));
  return type.kind !== 'null' && type.kind !== 'interval';
}

/** Puts a relation's columns under the names given with it; none keeps its own.
 *  @throws SQL_TYPE_MISMATCH when their number differs */
export function renamed(state: BinderState, relation: BoundRelation, names: readonly Identifier[], span: Span): BoundRelation {
  if (names.length === 0) return relation;
  if (names.length !== relation.columns.length) {
    const message = `${String(names.length)} column names are given for ${String(relation.columns.length)} columns`;
    throw bindError(state, 'SQL_TYPE_MISMATCH', message, names[0]?.span ?? span);
  }
  return {
    plan: relation.plan,
    columns: relation.columns.map((column, index) => ({ ...column, name: names[index]?.name ?? column.name })),
  };
}

function tableSpec(state: BinderState, node: CreateTable, columns: readonly NewColumn[]): TableSpec {
  refuseRepeated(
    state,
    columns.map((column) => column.name),
    node.span,
  );
  return {
    name: relationName(node.name, state.source),
    columns,
    partitioning: node.partitionedBy.map((field) => bindPartitionField(state, field, columns)),
    properties: bindProperties(state, node.properties),
    comment: node.comment,
  };
}

/** Says that two columns have one name.
 *  @throws SQL_DUPLICATE_NAME */
export function refuseRepeated(state: BinderState, names: readonly string[], span: Span): void {
  const repeated = names.find((name, index) => names.findIndex((other) => sameName(other, name)) !== index);
  if (repeated === undefined) return;
  throw bindError(state, 'SQL_DUPLICATE_NAME', `two columns have the name ${repeated}`, span, { hint: 'Give one an alias.' });
}

/** Binds one field of PARTITIONED BY. */
export function bindPartitionField(state: BinderState, node: PartitionField, columns: readonly NewColumn[]): NewPartitionField {
  const column = columns.find((candidate) => sameName(candidate.name, node.column.name));
  if (column === undefined) {
    const hint = didYouMean(
      nearestName(
        node.column.name,
        columns.map((candidate) => candidate.name),
      ),
    );
    throw bindError(state, 'SQL_UNKNOWN_COLUMN', `the table has no column ${node.column.name}`, node.column.span, { hint });
  }
  return { column: column.name, transform: bindTransform(state, node) };
}

function bindTransform(state: BinderState, node: PartitionField): PartitionTransform {
  const name = node.transform.replace(/s$/, '').replace(/^date$/, 'day');
  if (PLAIN_TRANSFORMS.includes(name)) return { kind: name as 'identity' };
  const size = node.parameter;
  if (name === 'bucket' || name === 'truncate') {
    if (size === null || size < 1)
      throw bindError(state, 'SQL_INVALID_VALUE', `${name} needs a number of at least 1: ${name}(16, column)`, node.span);
    return name === 'bucket' ? { kind: 'bucket', buckets: size } : { kind: 'truncate', width: size };
  }
  const hint = didYouMean(nearestName(node.transform, [...PLAIN_TRANSFORMS, 'bucket', 'truncate']));
  throw bindError(state, 'SQL_UNKNOWN_FUNCTION', `no partition transform of the name ${node.transform}`, node.span, { hint });
}

/** Reads the properties of WITH.
 *  @throws SQL_UNSUPPORTED for one that the platform keeps for itself */
export function bindProperties(state: BinderState, properties: readonly Property[]): Readonly<Record<string, string>> {
  for (const { key, span } of properties) refuseOwnProperties(state, [key], span);
  return Object.fromEntries(properties.map((property) => [property.key, propertyText(state, property.value)]));
}

/** @throws SQL_UNSUPPORTED for a property that the platform keeps for itself */
export function refuseOwnProperties(state: BinderState, keys: readonly string[], span: Span): void {
  const own = keys.find((key) => key.toLowerCase().startsWith('trivium.'));
  if (own !== undefined) throw unsupported(state, `setting the property ${own}`, span);
}

function propertyText(state: BinderState, value: Expression): string {
  if (value.kind === 'string-literal') return value.value;
  if (value.kind === 'number-literal') return value.text;
  if (value.kind === 'boolean-literal') return String(value.value);
  throw unsupported(state, 'a property that is not a constant', value.span);
}

/** Binds CREATE VIEW: the query is bound once to find its mistakes; its text is stored. */
export function bindCreateView(state: BinderState, node: CreateView): BoundStatement {
  const behaviour = ifExists(state, node);
  const relation = renamed(state, state.rules.query(state, node.query, NOTHING_AROUND), node.columns, node.span);
  refuseRepeated(
    state,
    relation.columns.map((column) => column.name),
    node.query.span,
  );
  finishQuery(state, relation);
  const name = relationName(node.name, state.source);
  if (state.relations.get(relationKey(name, null))?.kind === 'view') {
    throw bindError(state, 'SQL_TOO_DEEP', `view ${name.schema}.${name.name} would use itself`, node.query.span);
  }
  if (state.parameters.types().length > 0) throw unsupported(state, 'a parameter in a view', node.query.span);
  return {
    kind: 'create_view',
    view: {
      name,
      sql: state.source.text.slice(node.query.span.start, node.query.span.end),
      defaultSchema: state.source.defaultSchema,
      columnNames: node.columns.length === 0 ? null : node.columns.map((column) => column.name),
      comment: node.comment,
    },
    ifExists: behaviour,
  };
}

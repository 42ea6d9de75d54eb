import { type PlanVisitor, type RelationName, walkExpression, walkPlan } from '../../spi/index.ts';
import { idsReadByPosition } from '../plan/index.ts';
import type { BoundRelation } from './binder-state.ts';
import type { BoundStatement } from './bound-statement.ts';
import { columnLineage } from './column-lineage.ts';
import type { ReadRecord, RelationKind, RelationUse, UsedColumn } from './read-record.ts';

/** A relation and those of its columns that are meant, by the names of their definition. */
export interface RelationReference {
  readonly kind: RelationKind;
  /** Empty for a file; `catalog.schema` for a table of an outside database. */
  readonly schema: string;
  /** The path of a file. */
  readonly name: string;
  /** In order of name. A relation may be read without any of its columns: `count(*)`. */
  readonly columns: readonly string[];
}

/** A relation that is read. */
export interface ReadReference extends RelationReference {
  /** The view in whose text the relation is named, as `schema.name`; null in the statement's own text. */
  readonly via: string | null;
  /** Field ids of the columns, for tables: a name may have stood for another column at the snapshot that is read. */
  readonly fieldIds: readonly number[];
}

/** A stored or virtual column. */
export interface ColumnReference {
  readonly schema: string;
  readonly relation: string;
  readonly column: string;
}

/** What a column of the result is computed from. */
export interface ColumnLineage {
  /** Name of the result's column; for INSERT and CREATE .. AS that of the target. */
  readonly column: string;
  /** Columns of tables, with views seen through; constants have none. */
  readonly sources: readonly ColumnReference[];
}

/** Exactly what a statement reads and changes.
 *  Guarantees: taken from the bound plan before any rule rewrites it, so that nothing is missing because it was optimized away. */
export interface StatementReferences {
  /** One entry per relation and view that names it, ordered by schema, name and view. A view stands beside what its text reads. */
  readonly reads: readonly ReadReference[];
  /** What is made, changed or dropped; columns are those that INSERT, UPDATE or COPY name, none when it is all of them. */
  readonly target: RelationReference | null;
  /** Canonical names of the scalar, aggregate, window and table functions and operators, in order. */
  readonly functions: readonly string[];
  /** One entry per column of the result, in order. */
  readonly lineage: readonly ColumnLineage[];
}

/** Returns what a bound statement reads and changes. */
export function statementReferences(statement: BoundStatement, record: ReadRecord): StatementReferences {
  if (statement.kind === 'explain') return statementReferences(statement.statement, record);
  const reads = [
    ...readRelations(record),
    ...(statement.kind === 'copy_from' ? [{ ...fileReference(statement.path), via: null, fieldIds: [] }] : []),
  ];
  return { reads, target: targetOf(statement, record), functions: functionsOf(record), lineage: lineageOf(statement, record) };
}

type Counts = Map<number, number>;

function readRelations(record: ReadRecord): readonly ReadReference[] {
  const total: Counts = new Map();
  for (const query of record.queries) countReads(total, query);
  for (const expression of record.expressions) walkExpression(expression, counter(total));
  // A view's text reads all that it puts out, also where its plan is a bare scan.
  for (const use of record.uses) if (use.kind === 'view') for (const { id } of use.columns) count(total, id);
  for (const expression of record.policyExpressions) walkExpression(expression, counter(total, -1));
  for (const id of record.maskedColumns) count(total, id);
  uncountCarried(total, record.carried);
  const found = new Map<string, { readonly use: RelationUse; readonly columns: Set<string>; readonly fieldIds: Set<number> }>();
  for (const use of record.uses) {
    const columns = columnsRead(use, total, record.uses);
    if (use.isTarget && columns.length === 0) continue;
    const key = [use.schema, use.name, use.via ?? '', use.kind].join('\0').toLowerCase();
    const known = found.get(key);
    const entry = known ?? { use, columns: new Set<string>(), fieldIds: new Set<number>() };
    if (known === undefined) found.set(key, entry);
    for (const { name, fieldId } of columns) {
      entry.columns.add(name);
      if (fieldId !== undefined) entry.fieldIds.add(fieldId);
    }
  }
  return [...found]
    .sort(([left], [right]) => compare(left, right))
    .map(([, { use, columns, fieldIds }]) => ({
      kind: use.kind,
      schema: use.schema,
      name: use.name,
      via: use.via,
      columns: [...columns].sort(compare),
      fieldIds: [...fieldIds].sort((left, right) => left - right),
    }));
}

/** What a view's own text reads of the columns that it puts out, as its ORDER BY does, is not read by who uses the view. */
function columnsRead(use: RelationUse, total: Counts, uses: readonly RelationUse[]): readonly UsedColumn[] {
  const { kind, plan, columns } = use;
  const inside: Counts = new Map();
  if (kind === 'view' && plan !== null) {
    countReads(inside, { plan, columns: [] });
    // Views inside that put out the same columns were noted before.
    for (const other of uses.slice(0, uses.indexOf(use) + 1))
      if (other.kind === 'view' && other.plan === plan) for (const { id } of columns) count(inside, id);
  }
  return columns.filter(({ id }) => (total.get(id) ?? 0) > (inside.get(id) ?? 0));
}

function countReads(counts: Counts, { plan, columns }: Pick<BoundRelation, 'plan' | 'columns'>): void {
  walkPlan(plan, counter(counts));
  for (const { id } of columns) count(counts, id);
}

/** Takes back what was counted for columns that are carried along and that nobody reads. What carries was made after what is carried. */
function uncountCarried(counts: Counts, carried: ReadonlyMap<number, number>): void {
  for (const [id, below] of [...carried].reverse()) {
    if ((counts.get(id) ?? 0) === 0) counts.set(below, (counts.get(below) ?? 0) - 1);
  }
}

function counter(counts: Counts, times = 1): PlanVisitor {
  return {
    node: (node) => {
      for (const id of idsReadByPosition(node)) count(counts, id, times);
    },
    expression: (part) => {
      if (part.kind === 'column') count(counts, part.id, times);
      else if (part.kind === 'scalar_subquery' || part.kind === 'quantified') count(counts, part.columnId, times);
      else if (part.kind === 'in_subquery') for (const id of part.columnIds) count(counts, id, times);
    },
  };
}

function count(counts: Counts, id: number, times = 1): void {
  counts.set(id, (counts.get(id) ?? 0) + times);
}

function functionsOf(record: ReadRecord): readonly string[] {
  const names = new Set(record.functions);
  const visitor: PlanVisitor = {
    node: (node) => {
      if (node.kind === 'table_function') names.add(node.function);
      if (node.kind === 'unnest') names.add('unnest');
      if (node.kind === 'aggregate') for (const { call } of node.aggregates) names.add(call.function);
      if (node.kind === 'window') for (const { call } of node.windows) names.add(call.function);
    },
    expression: (part) => {
      if (part.kind === 'call') names.add(part.function);
    },
  };
  for (const { plan } of record.queries) walkPlan(plan, visitor);
  for (const expression of record.expressions) walkExpression(expression, visitor);
  return [...names].sort(compare);
}

function lineageOf(statement: BoundStatement, { result, uses }: ReadRecord): readonly ColumnLineage[] {
  if (result === null) return [];
  const sources = new Map<number, ColumnReference>();
  for (const { kind, schema, name, columns } of uses) {
    if (kind !== 'view') for (const { id, name: column } of columns) sources.set(id, { schema, relation: name, column });
  }
  const names = 'spec' in statement ? statement.spec.columns.map((column) => column.name) : result.columns.map((column) => column.name);
  return columnLineage(result, (id) => sources.has(id)).map((ids, index) => ({
    column: names[index] ?? '',
    sources: distinct([...ids].flatMap((id) => sources.get(id) ?? [])),
  }));
}

function distinct(references: readonly ColumnReference[]): readonly ColumnReference[] {
  const found = new Map(references.map((reference) => [[reference.schema, reference.relation, reference.column].join('\0'), reference]));
  return [...found].sort(([left], [right]) => compare(left, right)).map(([, reference]) => reference);
}

function targetOf(statement: BoundStatement, { writtenColumns }: ReadRecord): RelationReference | null {
  if (statement.kind === 'copy_to') return fileReference(statement.path);
  const columns = [...writtenColumns].sort(compare);
  if (statement.kind === 'alter_table' && statement.table === null) return null;
  if ('table' in statement && statement.table !== null) return targetTable(statement.table, columns);
  const kind: RelationKind = statement.kind.endsWith('materialized_view')
    ? 'materialized_view'
    : statement.kind.endsWith('view')
      ? 'view'
      : 'table';
  const name =
    'spec' in statement ? statement.spec.name : 'view' in statement ? statement.view.name : 'name' in statement ? statement.name : null;
  return name === null || typeof name === 'string' ? null : { kind, schema: name.schema, name: name.name, columns: [] };
}

function targetTable({ catalog, schema, name }: RelationName, columns: readonly string[]): RelationReference {
  if (catalog === undefined) return { kind: 'table', schema, name, columns };
  return { kind: 'outside_table', schema: `${catalog}.${schema}`, name, columns };
}

const fileReference = (path: string): RelationReference => ({ kind: 'file', schema: '', name: path, columns: [] });

const compare = (left: string, right: string): number => (left < right ? -1 : Number(left > right));

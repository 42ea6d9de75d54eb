import { type BoundQuery, type Expression as PlanExpression, type Field, type PlanNode, type TableSnapshot } from '../../spi/index.ts';
import type { Insert, PartitionValue } from '../ast/index.ts';
import { predicate } from './bind-comparison.ts';
import { bindError, unsupported } from './bind-error.ts';
import { bindInsertedRows, fieldNamed, isRequired } from './bind-insert.ts';
import { booleanLiteral, literal } from './bind-literal.ts';
import { bindTarget, candidateScan, countMatching, countWhere, type ModificationTarget, refuseUnstable } from './bind-modification.ts';
import { type BinderState, type BoundRelation, bindWithin } from './binder-state.ts';
import type { BoundStatement } from './bound-statement.ts';
import { coerceForAssignment } from './coercion.ts';
import { readHints } from './finish-query.ts';
import { withNewLineage } from './row-lineage.ts';
import { columnExpression, EMPTY_SCOPE } from './scope.ts';
import { type SharedRows, shareRows } from './shared-rows.ts';
import { uniteRows } from './unite-rows.ts';

/** A column of PARTITION, with its value unless that comes with the rows. */
interface PartitionColumn {
  readonly field: Field;
  readonly value: PlanExpression | null;
}

/** Binds INSERT OVERWRITE of partitions: rows inserted take the place of all rows of the partitions that the values of PARTITION name, and, for its
 *  columns without a value, of those that the rows are for.
 *  @throws SQL_UNSUPPORTED for columns by whose values the table is not partitioned */
export function bindOverwrite(state: BinderState, node: Insert, partition: readonly PartitionValue[]): BoundStatement {
  const target = bindTarget(state, { with: null, table: node.table, alias: null, where: null });
  const columns = partition.map((item) => bindPartitionColumn(state, target.table, item));
  const repeated = partition.find((_, index) => columns.slice(0, index).some(({ field }) => field.id === columns[index]?.field.id));
  if (repeated !== undefined) {
    throw bindError(state, 'SQL_DUPLICATE_NAME', `column ${repeated.column.name} is named twice`, repeated.column.span);
  }
  const fixed = new Map(columns.flatMap(({ field, value }) => (value === null ? [] : [[field.id, value] as const])));
  const rows = bindInsertedRows(state, node, target.table, fixed);
  state.reads.queries.push(rows);
  if (fixed.size < columns.length) refuseUnstable(state, 'the rows of INSERT OVERWRITE', node.span);
  const source = shareRows(state, rows.plan, rows.columns);
  const condition = replacedCondition(target, columns, source);
  const finish = ({ plan, columns: output }: BoundRelation): BoundQuery => target.finish({ plan: source.around(plan), columns: output });
  const matching = countMatching(state, { ...target, condition, finish });
  const changes = finish(countReplaced(state, target, condition, source));
  const stays: PlanNode = { kind: 'filter', input: target.scan, predicate: predicate('is_not_true', condition) };
  return {
    kind: 'overwrite',
    table: target.table.ref,
    target: candidateScan(target, matching),
    matching,
    changes,
    updates: false,
    onRead: null,
    query: finish(uniteRows(state, { plan: stays, columns: target.scan.columns }, withNewLineage(state, target.scan, source.read()))),
    hints: node.source === null ? { engine: null } : readHints(state, node.source),
  };
}

function bindPartitionColumn(state: BinderState, table: TableSnapshot, { column, value, span }: PartitionValue): PartitionColumn {
  const field = fieldNamed(state, table, column.name, column.span);
  const isPartition = table.partitionSpec.fields.some(({ sourceId, transform }) => sourceId === field.id && transform.kind === 'identity');
  if (!isPartition) {
    const hint = 'PARTITION takes columns that PARTITIONED BY names without a function; DELETE and INSERT do for others.';
    throw unsupported(state, `INSERT OVERWRITE by ${column.name}, by whose values ${table.ref.name} is not partitioned,`, span, hint);
  }
  if (value === null) return { field, value };
  const context = { state, scope: EMPTY_SCOPE, environment: { commonTables: new Map(), outer: null }, calls: null, place: 'PARTITION' };
  const bound = coerceForAssignment(state, bindWithin(context, value), field.type, field.name, value.span);
  if ('plan' in bound) throw unsupported(state, 'a subquery in PARTITION', value.span);
  if (!field.nullable && bound.kind === 'literal' && bound.value === null) throw isRequired(state, field, value.span);
  refuseUnstable(state, 'PARTITION', value.span);
  return { field, value: bound };
}

/** The condition, over the target's scan, that a row is of one of the partitions replaced. */
function replacedCondition({ scan, table }: ModificationTarget, columns: readonly PartitionColumn[], source: SharedRows): PlanExpression {
  const positionOf = (field: Field): number => table.fields.indexOf(field);
  const own = (field: Field): PlanExpression => columnExpression(scan.columns[positionOf(field)] ?? { id: 0, type: field.type });
  const fixed = columns.flatMap(({ field, value }) => {
    if (value === null) return [];
    if (value.kind !== 'literal') return [predicate('is_not_distinct_from', own(field), value)];
    return [value.value === null ? predicate('is_null', own(field)) : predicate('eq', own(field), value)];
  });
  const dynamic = columns.filter(({ value }) => value === null);
  const rows = source.read();
  const same = dynamic.map(({ field }) =>
    predicate('is_not_distinct_from', own(field), columnExpression(rows.columns[positionOf(field)] ?? { id: 0, type: field.type })),
  );
  const meets: PlanNode = { kind: 'filter', input: rows.plan, predicate: allOf(same) };
  const found: readonly PlanExpression[] = same.length === 0 ? [] : [{ kind: 'exists', plan: meets, type: { kind: 'boolean' } }];
  return allOf([...fixed, ...found]);
}

function allOf(conditions: readonly PlanExpression[]): PlanExpression {
  const [first = booleanLiteral(true), ...more] = conditions;
  return more.length === 0 ? first : predicate('and', ...conditions);
}

function countReplaced(state: BinderState, { scan }: ModificationTarget, condition: PlanExpression, source: SharedRows): BoundRelation {
  const marked = (input: PlanNode, isNew: boolean): BoundRelation => {
    const column = state.columns.create({
      name: 'is_new',
      type: { kind: 'boolean' as const },
      nullable: false,
      expression: booleanLiteral(isNew),
    });
    return { plan: { kind: 'project', input, columns: [column] }, columns: [column] };
  };
  const replaced = marked({ kind: 'filter', input: scan, predicate: condition }, false);
  const { plan: input, columns } = uniteRows(state, replaced, marked(source.read().plan, true));
  const isNew = columns.map(columnExpression)[0] ?? literal({ kind: 'boolean' }, null);
  const aggregates = [
    countWhere(state, 'updated', booleanLiteral(false)),
    countWhere(state, 'deleted', predicate('not', isNew)),
    countWhere(state, 'inserted', isNew),
  ];
  return { plan: { kind: 'aggregate', input, groups: [], groupingSets: null, aggregates }, columns: aggregates };
}

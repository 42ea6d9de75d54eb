import {
  type AggregateColumn,
  type BoundQuery,
  type Expression as PlanExpression,
  type PlanNode,
  type ScanNode,
  type ScanRequest,
  type TableSnapshot,
  walkPlan,
} from '../../spi/index.ts';
import type { Expression, Identifier, QualifiedName, Span, WithClause } from '../ast/index.ts';
import { unsupported } from './bind-error.ts';
import { bindCondition } from './bind-operator.ts';
import { bindCommonTables } from './bind-query.ts';
import { scanTable } from './bind-relation.ts';
import type { BinderState, BoundRelation, Environment, ExpressionContext } from './binder-state.ts';
import { planQuery } from './finish-query.ts';
import { nameColumns, type NamedColumn } from './from-item.ts';
import { lookUpTarget } from './maintained-table.ts';
import { noteUse } from './read-record.ts';
import { ScopeColumns } from './scope-columns.ts';

/** The table that a statement changes rows of, and which rows those are. */
export interface ModificationTarget {
  readonly table: TableSnapshot;
  /** Its columns are those of the table, then those that tell its rows apart. */
  readonly scan: ScanNode;
  /** Null when all rows are meant. */
  readonly condition: PlanExpression | null;
  /** What the expressions and sources of the statement may name besides columns. */
  readonly environment: Environment;
  /** Returns the context in which expressions over the columns given, named as the target's, are bound. */
  contextOver(columns: readonly NamedColumn[], place: string): ExpressionContext;
  /** Makes a query of a relation that may read the statement's common tables. */
  finish(relation: BoundRelation): BoundQuery;
}

const NOTHING_AROUND: Environment = { commonTables: new Map(), outer: null };
const NO_ROWS: PlanNode = { kind: 'values', columns: [], rows: [] };

/** What all statements have that change rows of a table. */
export interface ModificationText {
  readonly with: WithClause | null;
  readonly table: QualifiedName;
  readonly alias: Identifier | null;
  readonly where: Expression | null;
}

/** Binds the target and the condition of a statement that changes rows.
 *  @throws SQL_UNSUPPORTED for a condition that would choose other rows each time it is evaluated */
export function bindTarget(state: BinderState, node: ModificationText): ModificationTarget {
  const table = lookUpTarget(state, node.table);
  const common = bindCommonTables(state, node.with, NOTHING_AROUND);
  const rows = scanTable(state, table, true);
  const { plan: scan } = rows;
  const own = { table: table.ref.name, schema: table.ref.schema };
  const alias = node.alias === null ? null : { kind: 'table-alias' as const, name: node.alias, columns: [], span: node.alias.span };
  const contextOver = (columns: readonly NamedColumn[], place: string): ExpressionContext => {
    const scope = { columns: ScopeColumns.of(nameColumns(state, columns, own, alias)), aliases: null, outer: null };
    return { state, scope, environment: common.environment, calls: null, place };
  };
  const condition = node.where === null ? null : bindRepeatable(contextOver(scan.columns, 'WHERE'), node.where);
  // The queries also carry the columns along that stay as they are: only what the text names is noted as read.
  noteUse(state, 'table', table.ref, rows, true);
  if (condition !== null) state.reads.expressions.push(condition);
  state.reads.queries.push({ plan: common.around(NO_ROWS), columns: [] });
  const finish = ({ plan, columns }: BoundRelation): BoundQuery => planQuery(state, { plan: common.around(plan), columns });
  return { table, scan, condition, environment: common.environment, contextOver, finish };
}

/** The condition is evaluated once to find the files and once to rewrite them. */
function bindRepeatable(context: ExpressionContext, where: Expression): PlanExpression {
  const { state } = context;
  const condition = bindCondition(context, where);
  refuseUnstable(state, 'the condition of DELETE or UPDATE', where.span);
  return condition;
}

/** Says that what was bound so far would choose other rows each time it is evaluated.
 *  @throws SQL_UNSUPPORTED */
export function refuseUnstable(state: BinderState, place: string, span: Span): void {
  const [unstable] = state.unstableFunctions;
  if (unstable !== undefined) throw unsupported(state, `${unstable}() in ${place}`, span, 'Store the values in a table first.');
}

/** Returns the query of one row and one column that counts the rows meant; null when all are. */
export function countMatching(state: BinderState, target: Pick<ModificationTarget, 'scan' | 'condition' | 'finish'>): BoundQuery | null {
  if (target.condition === null) return null;
  const count = countWhere(state, 'rows', null);
  const input: PlanNode = { kind: 'filter', input: target.scan, predicate: target.condition };
  const plan: PlanNode = { kind: 'aggregate', input, groups: [], groupingSets: null, aggregates: [count] };
  return target.finish({ plan, columns: [count] });
}

/** Makes the column that counts the rows for which a condition is true. */
export function countWhere(state: BinderState, name: string, filter: PlanExpression | null): AggregateColumn {
  const call = { function: 'count_star', arguments: [], distinct: false, filter, orderBy: [], type: { kind: 'bigint' as const } };
  return state.columns.create({ name, type: call.type, nullable: false, call });
}

/** Returns what to read to find the files that may hold rows meant: all columns, with the conjuncts that were moved into the scan. */
export function candidateScan({ table, scan }: Pick<ModificationTarget, 'table' | 'scan'>, matching: BoundQuery | null): ScanRequest {
  const own = new Set(scan.columns.map((column) => column.id));
  let filter: PlanExpression | null = null;
  if (matching !== null) {
    walkPlan(matching.plan.root, {
      node: (node) => {
        if (node.kind === 'scan' && node.columns.some((column) => own.has(column.id))) filter = node.filter;
      },
    });
  }
  return { table: table.ref, snapshotId: scan.snapshotId, schemaId: scan.schemaId, columns: scan.columns, filter, deletes: true };
}

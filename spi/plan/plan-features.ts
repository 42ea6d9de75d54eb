import type { Expression } from './expression.ts';
import type { DataType } from '../type/data-type.ts';
import type { LogicalPlan } from './logical-plan.ts';
import type { PlanNode } from './plan-node.ts';
import { isPlaceColumn } from './place-column.ts';
import { isLineageColumn } from './row-lineage.ts';
import { walkPlan } from './traverse.ts';

/** A part of the algebra that an engine may declare. What an engine does not declare is never sent to it. */
export type PlanFeature =
  | PlanNode['kind']
  | `join:${'inner' | 'left' | 'right' | 'full' | 'cross' | 'semi' | 'anti' | 'asof_inner' | 'asof_left'}`
  | 'join:lateral'
  /** Rows that `ParquetSplit.deletes` take away are left out, by the engine itself or by `TableSource.read`. */
  | 'scan:deletes'
  /** Scans give the place of a row: `FILE_COLUMN_ID` and `POSITION_COLUMN_ID`. */
  | 'scan:place'
  /** Scans give the lineage of a row: `ROW_ID_COLUMN_ID` and `ROW_SEQUENCE_COLUMN_ID`. */
  | 'scan:lineage'
  /** Columns or expressions of type `timestamp_ns`, or with parts of it. */
  | 'type:timestamp_ns'
  | 'aggregate:grouping_sets'
  | 'aggregate:distinct'
  | 'aggregate:filter'
  | 'with:recursive'
  | 'subquery'
  | 'parameter'
  | 'lambda';

/** What a plan asks of an engine. */
export interface PlanRequirements {
  readonly features: ReadonlySet<PlanFeature>;
  /** Canonical names of the scalar, aggregate, window and table functions used. */
  readonly functions: ReadonlySet<string>;
}

/** Returns the features and functions that a plan uses. */
export function planRequirements(plan: LogicalPlan): PlanRequirements {
  const features = new Set<PlanFeature>();
  const functions = new Set<string>();
  walkPlan(plan.root, {
    node: (node) => {
      addNode(node, features, functions);
    },
    expression: (expression) => {
      addExpression(expression, features, functions);
    },
  });
  return { features, functions };
}

/** Functions whose value is the instant at which the statement started (`SessionSettings.startedAtUs`), in one form or another. */
const STATEMENT_TIME: ReadonlySet<string> = new Set(['now', 'current_date', 'localtimestamp', 'localtime']);

/** Returns whether a function, by canonical name, stands for the instant at which the statement started. */
export function isStatementTime(name: string): boolean {
  return STATEMENT_TIME.has(name);
}

/** Returns whether the answer to a plan depends on the instant at which the statement started. */
export function readsStatementTime(plan: LogicalPlan): boolean {
  return [...planRequirements(plan).functions].some(isStatementTime);
}

function addNode(node: PlanNode, features: Set<PlanFeature>, functions: Set<string>): void {
  features.add(node.kind);
  if (node.kind === 'scan' && node.deletes === true) features.add('scan:deletes');
  if (node.kind === 'scan' && node.columns.some(isPlaceColumn)) features.add('scan:place');
  if (node.kind === 'scan' && node.columns.some(isLineageColumn)) features.add('scan:lineage');
  if (node.kind === 'scan' && node.columns.some(({ type }) => holdsNanoseconds(type))) features.add('type:timestamp_ns');
  if (node.kind === 'join') {
    features.add(`join:${node.joinType}`);
    if (node.lateral) features.add('join:lateral');
  }
  if (node.kind === 'table_function') functions.add(node.function);
  if (node.kind === 'aggregate' && node.groupingSets !== null) features.add('aggregate:grouping_sets');
  if (node.kind === 'with' && node.ctes.some((cte) => cte.recursive !== null)) features.add('with:recursive');
  const calls = node.kind === 'aggregate' ? node.aggregates : node.kind === 'window' ? node.windows : [];
  for (const { call } of calls) {
    functions.add(call.function);
    if (call.distinct) features.add('aggregate:distinct');
    if (call.filter !== null) features.add('aggregate:filter');
  }
}

function addExpression(expression: Expression, features: Set<PlanFeature>, functions: Set<string>): void {
  if (expression.kind === 'call') functions.add(expression.function);
  if (expression.kind === 'parameter' || expression.kind === 'lambda') features.add(expression.kind);
  if ('plan' in expression) features.add('subquery');
  if (holdsNanoseconds(expression.type)) features.add('type:timestamp_ns');
}

function holdsNanoseconds(type: DataType): boolean {
  switch (type.kind) {
    case 'timestamp_ns':
      return true;
    case 'list':
      return holdsNanoseconds(type.element);
    case 'map':
      return holdsNanoseconds(type.key) || holdsNanoseconds(type.value);
    case 'struct':
      return type.fields.some((field) => holdsNanoseconds(field.type));
    default:
      return false;
  }
}

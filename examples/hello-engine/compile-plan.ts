import {
  type AggregateNode,
  type Expression,
  type FilterNode,
  type LimitNode,
  type PlanNode,
  PlatformError,
  type ProjectNode,
  type RunOptions,
  type ScanNode,
  type TableSource,
  type ValuesNode,
} from '../../spi/index.ts';
import { compileAggregate } from './compile-aggregate.ts';
import { compileExpression } from './compile-expression.ts';
import { readSplits } from './read-splits.ts';
import { checkType, type Row } from './row.ts';

/** Starts the rows of a plan node. Nothing runs until somebody pulls, and stopping the pull stops everything below. */
export type RowSource = (run: RunOptions) => AsyncGenerator<Row, void, undefined>;

/** Turns a plan into a source of rows, one function around the other.
 *  @throws ENGINE_UNSUPPORTED */
export function compilePlan(node: PlanNode, tables: TableSource): RowSource {
  switch (node.kind) {
    case 'scan':
      return compileScan(node, tables);
    case 'values':
      return compileValues(node);
    case 'filter':
      return compileFilter(node, tables);
    case 'project':
      return compileProject(node, tables);
    case 'aggregate':
      return compileAggregation(node, tables);
    case 'limit':
      return compileLimit(node, tables);
    default:
      throw new PlatformError('ENGINE_UNSUPPORTED', `plan nodes of kind '${node.kind}' are not supported`);
  }
}

/** The host plans the scan: it knows which files the snapshot has and which of them the filter rules out. What the filter still has to
 *  sort out row by row comes back as the residual. */
function compileScan(node: ScanNode, tables: TableSource): RowSource {
  for (const column of node.columns) checkType(column.type);
  // Compiled here only to find out early that it can be; the residual is a part of it.
  if (node.filter !== null) compileExpression(node.filter);
  return async function* (run) {
    const { splits, residual } = await tables.plan({ ...node, columnNames: true });
    const keeps = residual === null ? null : compileExpression(residual);
    for await (const row of readSplits(tables, splits, node.columns, run)) {
      if (keeps === null || keeps(row) === true) yield row;
    }
  };
}

function compileValues(node: ValuesNode): RowSource {
  const rows = node.rows.map((row) => row.map(compileExpression));
  return async function* () {
    for (const row of rows) yield new Map(node.columns.map((column, index) => [column.id, row[index]?.(new Map()) ?? null]));
    await Promise.resolve();
  };
}

function compileFilter(node: FilterNode, tables: TableSource): RowSource {
  const input = compilePlan(node.input, tables);
  const keeps = compileExpression(node.predicate);
  return async function* (run) {
    for await (const row of input(run)) if (keeps(row) === true) yield row;
  };
}

function compileProject(node: ProjectNode, tables: TableSource): RowSource {
  const input = compilePlan(node.input, tables);
  const columns = node.columns.map((column) => ({ id: column.id, compute: compileExpression(column.expression) }));
  return async function* (run) {
    for await (const row of input(run)) yield new Map(columns.map(({ id, compute }) => [id, compute(row)]));
  };
}

function compileAggregation(node: AggregateNode, tables: TableSource): RowSource {
  if (node.groups.length > 0 || node.groupingSets !== null) throw new PlatformError('ENGINE_UNSUPPORTED', 'GROUP BY is not supported');
  const input = compilePlan(node.input, tables);
  const starts = node.aggregates.map(compileAggregate);
  return async function* (run) {
    const accumulators = starts.map((start) => start());
    for await (const row of input(run)) for (const accumulator of accumulators) accumulator.add(row);
    yield new Map(accumulators.map((accumulator) => [accumulator.id, accumulator.value()]));
  };
}

function compileLimit(node: LimitNode, tables: TableSource): RowSource {
  const input = compilePlan(node.input, tables);
  const offset = constantCount(node.offset) ?? 0n;
  const limit = constantCount(node.limit);
  return async function* (run) {
    let seen = 0n;
    if (limit === 0n) return;
    for await (const row of input(run)) {
      seen += 1n;
      if (seen <= offset) continue;
      yield row;
      if (limit !== null && seen >= offset + limit) return;
    }
  };
}

function constantCount(expression: Expression | null): bigint | null {
  if (expression === null) return null;
  const value = compileExpression(expression)(new Map());
  if (typeof value !== 'bigint' && typeof value !== 'number') throw new PlatformError('ENGINE_UNSUPPORTED', 'LIMIT takes a constant');
  return BigInt(value);
}

import {
  type AggregateCall,
  type Expression,
  formatType,
  type LogicalPlan,
  outputColumns,
  type PlanColumn,
  type PlanNode,
  planInputs,
  type SortKey,
} from '../../spi/index.ts';
import { type ColumnNames, formatExpression } from './format-expression.ts';

/** Returns a plan as a tree of text, as EXPLAIN shows it: one node a line, its inputs below it, two spaces deeper; columns as `name#id`. */
export function formatPlan(plan: LogicalPlan): string {
  const names: ColumnNames = new Map();
  const output = plan.output.map((column) => `${column.name}#${String(column.id)} ${formatType(column.type)}`).join(', ');
  const lines: string[] = [];
  addNode(lines, plan.root, 0, names);
  return [`output: ${output}`, ...lines].join('\n');
}

function addNode(lines: string[], node: PlanNode, depth: number, names: ColumnNames): void {
  const subqueries: PlanNode[] = [];
  const at = lines.length;
  for (const input of planInputs(node)) addNode(lines, input, depth + 1, names);
  for (const column of outputColumns(node)) names.set(column.id, column.name);
  const text = describe(node, names, subqueries);
  lines.splice(at, 0, `${'  '.repeat(depth)}${text}`);
  for (const [index, plan] of subqueries.entries()) {
    lines.push(`${'  '.repeat(depth + 1)}subquery ${String(index + 1)}:`);
    addNode(lines, plan, depth + 2, names);
  }
}

const pinText = (snapshotId: string | null): string => (snapshotId === null ? 'empty' : `snapshot ${snapshotId}`);

function describe(node: PlanNode, names: ColumnNames, subqueries: PlanNode[]): string {
  const text = (expression: Expression): string => formatExpression(expression, names, subqueries);
  const list = (expressions: readonly Expression[]): string => expressions.map(text).join(', ');
  switch (node.kind) {
    case 'scan': {
      const { catalog, schema, name } = node.table;
      const pin = catalog === undefined ? pinText(node.snapshotId) : 'outside, not pinned';
      const label = `${catalog === undefined ? '' : `${catalog}.`}${schema}.${name}`;
      const condition = node.filter === null ? '' : ` where ${text(node.filter)}`;
      return `scan ${label} (${pin}) [${columnList(node.columns)}]${condition}`;
    }
    case 'values':
      return `values [${columnList(node.columns)}] of ${String(node.rows.length)} row${node.rows.length === 1 ? '' : 's'}`;
    case 'table_function':
      return `${node.function}(${list(node.arguments)}) [${columnList(node.columns)}]`;
    case 'unnest':
      return `unnest(${list(node.arguments)}) [${columnList(outputColumns(node))}]`;
    case 'project':
      return `project [${node.columns.map((column) => `${text(column.expression)} as ${column.name}#${String(column.id)}`).join(', ')}]`;
    case 'filter':
      return `filter ${text(node.predicate)}`;
    case 'join':
      return `${node.joinType}${node.lateral ? ' lateral' : ''} join${node.condition === null ? '' : ` on ${text(node.condition)}`}`;
    case 'aggregate': {
      const groups = node.groups.map((group) => `${text(group.expression)} as #${String(group.id)}`).join(', ');
      const sets = node.groupingSets === null ? '' : ` sets ${JSON.stringify(node.groupingSets)}`;
      const calls = node.aggregates.map((column) => `${callText(column.call, text)} as #${String(column.id)}`).join(', ');
      return `aggregate by [${groups}]${sets} compute [${calls}]`;
    }
    case 'window':
      return `window [${node.windows
        .map(({ call, id }) => {
          const order = call.windowOrderBy.length === 0 ? '' : ` order by ${keyList(call.windowOrderBy, text)}`;
          return `${callText(call, text)} over (partition by ${list(call.partitionBy)}${order}) as #${String(id)}`;
        })
        .join(', ')}]`;
    case 'sort':
      return `sort by ${keyList(node.keys, text)}`;
    case 'limit':
      return `limit ${node.limit === null ? 'all' : text(node.limit)}${node.offset === null ? '' : ` offset ${text(node.offset)}`}`;
    case 'distinct':
      return node.on === null ? 'distinct' : `distinct on ${list(node.on)} order by ${keyList(node.orderBy, text)}`;
    case 'set_operation':
      return `${node.operation}${node.all ? ' all' : ''} [${columnList(node.columns)}]`;
    case 'with':
      return `with ${node.ctes.map((cte) => `${cte.recursive === null ? '' : 'recursive '}${cte.name} (cte ${String(cte.cteId)})`).join(', ')}`;
    case 'cte_scan':
      return `read cte ${String(node.cteId)} [${columnList(node.columns)}]`;
  }
}

const columnList = (columns: readonly PlanColumn[]): string => columns.map((column) => `${column.name}#${String(column.id)}`).join(', ');

const keyList = (keys: readonly SortKey[], text: (expression: Expression) => string): string =>
  keys.map((key) => `${text(key.expression)}${key.descending ? ' desc' : ''}${key.nullsFirst ? ' nulls first' : ''}`).join(', ');

function callText(call: AggregateCall, text: (expression: Expression) => string): string {
  const order = call.orderBy.length === 0 ? '' : ` order by ${keyList(call.orderBy, text)}`;
  const filter = call.filter === null ? '' : ` filter (${text(call.filter)})`;
  return `${call.function}(${call.distinct ? 'distinct ' : ''}${call.arguments.map(text).join(', ')}${order})${filter}`;
}

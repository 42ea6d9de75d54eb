import {
  type AggregateColumn,
  type DataType,
  type Expression,
  type LogicalPlan,
  outputColumns,
  type PlanColumn,
  type PlanNode,
  PlatformError,
  type ScanColumn,
  type ScanNode,
  type SortKey,
} from '../../spi/index.ts';
import { quoteName, wireType } from './column-types.ts';
import { COMPARABLE, printCondition, printOperand } from './print-condition.ts';

/** Prints a plan whose scans are all of one PostgreSQL database as one statement of it. Columns are named by their ids, so that no name of a user stands in
 *  it but those of tables and their columns.
 *  @throws ENGINE_UNSUPPORTED for what does not certainly mean the same there */
export function printPlan({ root, output }: Pick<LogicalPlan, 'root' | 'output'>, catalog: string): string {
  const print = new PlanPrinter(catalog);
  const { input, tail } = print.peel(root);
  const types = new Map(outputColumns(root).map(({ id, type }) => [id, type]));
  const list = output.map(({ id }, index) => `${nameOf(id)}::${wireOf(types.get(id))} AS o${String(index)}`);
  return `SELECT ${list.join(', ')} FROM (${print.node(input)}) AS t${tail}`;
}

const nameOf = (id: number): string => `c${String(id)}`;

function unsupported(what: string): PlatformError {
  return new PlatformError('ENGINE_UNSUPPORTED', `PostgreSQL is not asked for ${what}.`);
}

function wireOf(type: DataType | undefined): string {
  const wire = type === undefined ? null : wireType(type);
  if (wire === null) throw unsupported(`values of type ${type?.kind ?? 'none'}`);
  return wire;
}

/** Whether the least and greatest value of a type are the same there; PostgreSQL has none of booleans. */
const isOrdered = (kind: DataType['kind']): boolean => kind !== 'boolean' && COMPARABLE.has(kind);

class PlanPrinter {
  readonly #catalog: string;

  constructor(catalog: string) {
    this.#catalog = catalog;
  }

  node(node: PlanNode): string {
    switch (node.kind) {
      case 'scan':
        return this.#scan(node);
      case 'filter':
        return `SELECT * FROM (${this.node(node.input)}) AS t WHERE ${condition(node.predicate, outputColumns(node.input))}`;
      case 'project': {
        const columns = outputColumns(node.input);
        const list = node.columns.map(({ id, expression }) => `${value(expression, columns)} AS ${nameOf(id)}`);
        return `SELECT ${list.join(', ')} FROM (${this.node(node.input)}) AS t`;
      }
      case 'aggregate':
        return this.#aggregate(node);
      case 'join':
        return this.#join(node);
      case 'sort':
      case 'limit': {
        const { input, tail } = this.peel(node);
        return `SELECT * FROM (${this.node(input)}) AS t${tail}`;
      }
      default:
        throw unsupported(`'${node.kind}'`);
    }
  }

  /** Takes the order and the limit off a node: a statement keeps the order of its outermost SELECT. */
  peel(root: PlanNode): { readonly input: PlanNode; readonly tail: string } {
    const limit = root.kind === 'limit' ? root : null;
    const below = limit === null ? root : limit.input;
    const sort = below.kind === 'sort' ? below : null;
    const input = sort === null ? below : sort.input;
    const columns = outputColumns(input);
    const order = sort === null ? '' : ` ORDER BY ${sort.keys.map((key) => sortKey(key, columns)).join(', ')}`;
    const rows = limit === null || limit.limit === null ? '' : ` LIMIT ${count(limit.limit)}`;
    const offset = limit === null || limit.offset === null ? '' : ` OFFSET ${count(limit.offset)}`;
    return { input, tail: `${order}${rows}${offset}` };
  }

  #scan({ table, columns, filter, files }: ScanNode): string {
    if (table.catalog !== this.#catalog || files !== undefined) throw unsupported(`a table that is not of the catalog '${this.#catalog}'`);
    const list = columns.map(
      ({ id, name, type }) => `${quoteName(name)}::${wireOf(type)}${type.kind === 'varchar' ? ' COLLATE "C"' : ''} AS ${nameOf(id)}`,
    );
    const where = filter === null ? '' : ` WHERE ${conditionSql(filter, columns)}`;
    return `SELECT ${list.join(', ')} FROM ${quoteName(table.schema)}.${quoteName(table.name)}${where}`;
  }

  #join({ joinType, left, right, condition: on, lateral }: Extract<PlanNode, { kind: 'join' }>): string {
    const words = { inner: 'JOIN', left: 'LEFT JOIN', cross: 'CROSS JOIN' } as const;
    if (lateral || (joinType !== 'inner' && joinType !== 'left' && joinType !== 'cross'))
      throw unsupported(`a join of the kind '${joinType}'`);
    const both = [...outputColumns(left), ...outputColumns(right)];
    const text = on === null ? '' : ` ON ${condition(on, both)}`;
    return `SELECT * FROM (${this.node(left)}) AS l ${words[joinType]} (${this.node(right)}) AS r${text}`;
  }

  #aggregate({ input, groups, groupingSets, aggregates }: Extract<PlanNode, { kind: 'aggregate' }>): string {
    if (groupingSets !== null) throw unsupported('grouping sets');
    const columns = outputColumns(input);
    const keys = groups.map(({ expression }) => value(expression, columns));
    const list = [
      ...groups.map(({ id }, index) => `${keys[index] ?? ''} AS ${nameOf(id)}`),
      ...aggregates.map((aggregate) => `${aggregateValue(aggregate, columns)} AS ${nameOf(aggregate.id)}`),
    ];
    const by = keys.length === 0 ? '' : ` GROUP BY ${keys.map((_, index) => String(index + 1)).join(', ')}`;
    return `SELECT ${list.join(', ')} FROM (${this.node(input)}) AS t${by}`;
  }
}

function aggregateValue({ call, type }: AggregateColumn, columns: readonly PlanColumn[]): string {
  const { function: name, arguments: parts, distinct, filter, orderBy } = call;
  const [argument] = parts;
  if (orderBy.length > 0 || filter !== null) throw unsupported('aggregates with a filter or an order');
  if (name === 'count_star') return 'count(*)';
  if (argument === undefined || parts.length !== 1) throw unsupported(`the aggregate ${name} of ${String(parts.length)} arguments`);
  const { kind } = argument.type;
  const isExact = kind === 'integer' || kind === 'bigint' || kind === 'decimal';
  const allowed = name === 'count' || (name === 'sum' && isExact) || ((name === 'min' || name === 'max') && isOrdered(kind));
  if (!allowed) throw unsupported(`the aggregate ${name} of ${kind}`);
  return `${name}(${distinct ? 'DISTINCT ' : ''}${value(argument, columns)})::${wireOf(type)}`;
}

function sortKey({ expression, descending, nullsFirst }: SortKey, columns: readonly PlanColumn[]): string {
  if (!isOrdered(expression.type.kind)) throw unsupported(`an order by ${expression.type.kind}`);
  return `${value(expression, columns)}${descending ? ' DESC' : ''} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`;
}

function count(expression: Expression): string {
  if (expression.kind === 'literal' && typeof expression.value === 'string' && /^\d+$/.test(expression.value)) return expression.value;
  throw unsupported('a limit that is no number');
}

/** Columns of a node under the names that they have in its text. */
function named(columns: readonly PlanColumn[]): readonly ScanColumn[] {
  return columns.map((column) => ({ ...column, name: nameOf(column.id), fieldId: column.id }));
}

function condition(expression: Expression, columns: readonly PlanColumn[]): string {
  return conditionSql(expression, named(columns));
}

function conditionSql(expression: Expression, columns: readonly ScanColumn[]): string {
  const { sql } = printCondition(expression, columns);
  if (sql === null) throw unsupported('a condition of this kind');
  return sql;
}

function value(expression: Expression, columns: readonly PlanColumn[]): string {
  if (expression.kind === 'column' && columns.some(({ id }) => id === expression.id)) {
    return `${nameOf(expression.id)}${expression.type.kind === 'varchar' ? ' COLLATE "C"' : ''}`;
  }
  const sql = printOperand(expression, named(columns)) ?? printCondition(expression, named(columns)).sql;
  if (sql === null) throw unsupported('an expression of this kind');
  return sql;
}

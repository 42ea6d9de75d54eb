import {
  type AggregateNode,
  type BoundQuery,
  type DataType,
  outputColumns,
  type PlanNode,
  type SortNode,
  type WindowNode,
  walkPlan,
} from '../../spi/index.ts';

/** How the answers of two engines to one query are to be compared. */
export interface Comparison {
  /** Positions of columns whose values come in the order of the query, in both answers the same. */
  readonly orderedBy: readonly number[];
}

/** Functions that may pick one of several values, or keep them in the order in which they came. */
const FREE_CHOICE: ReadonlySet<string> = new Set([
  'any_value',
  'arg_max',
  'arg_min',
  'array_agg',
  'arbitrary',
  'approx_count_distinct',
  'approx_quantile',
  'first',
  'last',
  'list',
  'map_agg',
  'max_by',
  'min_by',
  'mode',
  'string_agg',
]);

/** Window functions that give rows with equal keys the same value, whatever their order. */
const FAIR_WINDOWS: ReadonlySet<string> = new Set(['rank', 'dense_rank', 'percent_rank', 'cume_dist']);

/** Returns how two answers to a query are compared; null when correct engines may answer differently: by random numbers, by rows that a limit
 *  picks among equals, by values picked or kept in the order in which they came; and for constants, which no engine gets wrong alone. */
export function comparisonOf(query: BoundQuery): Comparison | null {
  if (!query.deterministic) return null;
  const nodes: PlanNode[] = [];
  walkPlan(query.plan.root, {
    node: (node) => {
      nodes.push(node);
    },
  });
  // System tables are rows of constants too: of no interest, and others by the time they are asked for again.
  const reads = nodes.some(({ kind }) => kind === 'scan' || kind === 'table_function');
  return reads && nodes.every(isDetermined) ? { orderedBy: orderedColumns(query) } : null;
}

function isDetermined(node: PlanNode): boolean {
  switch (node.kind) {
    case 'limit':
      return isTotal(node.input);
    case 'distinct':
      return node.on === null;
    case 'aggregate':
      return node.aggregates.every(({ call }) => !FREE_CHOICE.has(call.function));
    case 'window':
      return node.windows.every(isFairWindow);
    case 'with':
      return node.ctes.every(({ recursive }) => recursive === null);
    default:
      return true;
  }
}

function isFairWindow({ call }: WindowNode['windows'][number]): boolean {
  return FAIR_WINDOWS.has(call.function);
}

/** Whether an order leaves no two different rows in either order, and no doubt about the last digits of its keys. */
function isTotal(node: PlanNode): boolean {
  const sort = sortBelow(node);
  if (sort === null) return false;
  const columns = outputColumns(sort.input);
  const keys = new Set(sort.keys.flatMap(({ expression }) => (expression.kind === 'column' ? [expression.id] : [])));
  if (sort.keys.some(({ expression }) => isInexact(expression.type))) return false;
  return columns.every(({ id }) => keys.has(id)) || identifyingColumns(sort.input).some((ids) => ids.every((id) => keys.has(id)));
}

function sortBelow(node: PlanNode): SortNode | null {
  if (node.kind === 'project' || node.kind === 'limit') return sortBelow(node.input);
  return node.kind === 'sort' ? node : null;
}

/** Sets of columns no two rows are equal in: the groups of an aggregate, under the ids that they pass on under. */
function identifyingColumns(node: PlanNode): readonly (readonly number[])[] {
  if (node.kind === 'aggregate') return isGrouped(node) ? [node.groups.map(({ id }) => id)] : [];
  if (node.kind === 'filter' || node.kind === 'sort') return identifyingColumns(node.input);
  if (node.kind !== 'project') return [];
  const passed = new Map(
    node.columns.flatMap(({ id, expression }) => (expression.kind === 'column' ? [[expression.id, id] as const] : [])),
  );
  return identifyingColumns(node.input).flatMap((ids) => {
    const renamed = ids.flatMap((id) => passed.get(id) ?? []);
    return renamed.length === ids.length ? [renamed] : [];
  });
}

function isGrouped({ groups, groupingSets }: AggregateNode): boolean {
  return groups.length > 0 && groupingSets === null;
}

/** The leading keys of the query's order that are columns of its answer: rows that tie in them may come in any order. */
function orderedColumns({ plan }: BoundQuery): readonly number[] {
  const sort = sortBelow(plan.root);
  const carried = carriedColumns(plan.root);
  const positions: number[] = [];
  for (const { expression } of sort?.keys ?? []) {
    if (expression.kind !== 'column' || isInexact(expression.type)) break;
    const position = plan.output.findIndex(({ id }) => carried(id) === expression.id);
    if (position < 0) break;
    positions.push(position);
  }
  return positions;
}

/** Follows a column of the answer down to the sort. */
function carriedColumns(root: PlanNode): (id: number) => number | null {
  if (root.kind === 'limit') return carriedColumns(root.input);
  if (root.kind !== 'project') return (id) => id;
  const below = carriedColumns(root.input);
  return (id) => {
    const expression = root.columns.find((column) => column.id === id)?.expression;
    return expression?.kind === 'column' ? below(expression.id) : null;
  };
}

/** Whether two engines may differ in the last digits of a value. */
export function isInexact({ kind }: DataType): boolean {
  return kind === 'real' || kind === 'double';
}

import {
  type AggregateCall,
  type AggregateNode,
  type Expression,
  formatType,
  outputColumns,
  type PlanNode,
  type ScanNode,
} from '../../spi/index.ts';

/** How the rows of a part of a query are found in a part of a view. */
export interface PlanMatch {
  /** Columns of the query's part by id, and the columns of the view's part that carry them. */
  readonly columns: ReadonlyMap<number, number>;
  /** The scans that correspond: the query's, and the view's. */
  readonly scans: readonly (readonly [ScanNode, ScanNode])[];
}

interface MatchState {
  readonly columns: Map<number, number>;
  readonly scans: [ScanNode, ScanNode][];
}

/** Compares a part of a query with a part of a view, whatever their column ids. Columns that one side leaves out, and the order of columns, do not matter.
 *  Returns null when they are not known to have the same rows: only scans, filters, projections, inner joins and aggregates are. */
export function matchPlans(query: PlanNode, view: PlanNode): PlanMatch | null {
  const state: MatchState = { columns: new Map(), scans: [] };
  return matchNode(query, view, state) ? state : null;
}

function matchNode(query: PlanNode, view: PlanNode, state: MatchState): boolean {
  switch (query.kind) {
    case 'scan':
      return view.kind === 'scan' && matchScan(query, view, state);
    case 'filter':
      return view.kind === 'filter' && matchNode(query.input, view.input, state) && matchValue(query.predicate, view.predicate, state);
    case 'project':
      return view.kind === 'project' && matchNode(query.input, view.input, state) && matchColumns(query.columns, view.columns, state);
    case 'join':
      return (
        view.kind === 'join' &&
        query.joinType === 'inner' &&
        view.joinType === 'inner' &&
        !query.lateral &&
        !view.lateral &&
        matchNode(query.left, view.left, state) &&
        matchNode(query.right, view.right, state) &&
        matchValue(query.condition, view.condition, state)
      );
    case 'aggregate':
      return view.kind === 'aggregate' && matchNode(query.input, view.input, state) && matchAggregate(query, view, state);
    default:
      return false;
  }
}

function matchScan(query: ScanNode, view: ScanNode, state: MatchState): boolean {
  if (query.table.uuid !== view.table.uuid || query.files !== undefined || view.files !== undefined) return false;
  for (const column of query.columns) {
    const same = view.columns.find(({ fieldId, type }) => fieldId === column.fieldId && formatType(type) === formatType(column.type));
    if (same === undefined) return false;
    state.columns.set(column.id, same.id);
  }
  state.scans.push([query, view]);
  return matchValue(query.filter, view.filter, state);
}

interface ComputedColumn {
  readonly id: number;
  readonly expression: Expression;
}

function matchColumns(query: readonly ComputedColumn[], view: readonly ComputedColumn[], state: MatchState): boolean {
  return query.every(({ id, expression }) => {
    const same = view.find((column) => matchValue(expression, column.expression, state));
    if (same !== undefined) state.columns.set(id, same.id);
    return same !== undefined;
  });
}

/** The groups must be the same set: one more or one less makes other rows. */
function matchAggregate(query: AggregateNode, view: AggregateNode, state: MatchState): boolean {
  if (query.groupingSets !== null || view.groupingSets !== null) return false;
  const matched = matchColumns(query.groups, view.groups, state);
  const groups = new Set(query.groups.map(({ id }) => state.columns.get(id)));
  if (!matched || !view.groups.every(({ id }) => groups.has(id))) return false;
  return query.aggregates.every(({ id, call }) => {
    const same = view.aggregates.find((column) => matchCall(call, column.call, state));
    if (same !== undefined) state.columns.set(id, same.id);
    return same !== undefined;
  });
}

/** The order of an aggregate's arguments would need its own columns, which views do not take anyway. */
function matchCall(query: AggregateCall, view: AggregateCall, state: MatchState): boolean {
  return query.orderBy.length === 0 && view.orderBy.length === 0 && matchValue(query, view, state);
}

/** Compares expressions and their parts as data; only column ids are looked up. Parameters and subqueries never match. */
function matchValue(query: unknown, view: unknown, state: MatchState): boolean {
  if (typeof query !== 'object' || typeof view !== 'object' || query === null || view === null) return query === view;
  if (Array.isArray(query)) {
    return Array.isArray(view) && query.length === view.length && query.every((part, index) => matchValue(part, view[index], state));
  }
  if ('plan' in query) return false;
  if ('kind' in query && query.kind === 'parameter') return false;
  if ('kind' in query && query.kind === 'column') {
    const [left, right] = [query, view] as unknown as [{ readonly id: number }, { readonly kind?: string; readonly id?: number }];
    return right.kind === 'column' && right.id !== undefined && state.columns.get(left.id) === right.id;
  }
  const keys = Object.keys(query);
  const parts = [query, view] as [Record<string, unknown>, Record<string, unknown>];
  return keys.length === Object.keys(view).length && keys.every((key) => matchValue(parts[0][key], parts[1][key], state));
}

/** A part of a view's plan, and at which position of the view's result its columns stand. */
export interface ViewPart {
  readonly node: PlanNode;
  readonly positions: ReadonlyMap<number, number>;
}

/** Returns the parts of a view's plan whose rows are those of its result: the root, and what stands below projections that keep columns as they are. */
export function exposedParts(root: PlanNode, output: readonly { readonly id: number }[]): readonly ViewPart[] {
  const parts: ViewPart[] = [];
  let node = root;
  let positions = new Map(output.map(({ id }, position) => [id, position]));
  for (;;) {
    parts.push({ node, positions });
    if (node.kind !== 'project') return parts;
    const below = new Map<number, number>();
    for (const { id, expression } of node.columns) {
      const position = positions.get(id);
      if (expression.kind === 'column' && position !== undefined) below.set(expression.id, position);
    }
    positions = below;
    node = node.input;
  }
}

/** Returns where the columns of a matched part of a query stand in a view's result; null when one of them is not part of it. */
export function locateColumns(query: PlanNode, match: PlanMatch, part: ViewPart): ReadonlyMap<number, number> | null {
  const located = new Map<number, number>();
  for (const { id } of outputColumns(query)) {
    const carrier = match.columns.get(id);
    const position = carrier === undefined ? undefined : part.positions.get(carrier);
    if (position === undefined) return null;
    located.set(id, position);
  }
  return located;
}

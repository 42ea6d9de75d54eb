import {
  type AggregateNode,
  type CallExpression,
  type Expression,
  type LogicalPlan,
  outputColumns,
  type PlanNode,
  type ScanWatermark,
  walkPlan,
} from '../../../spi/index.ts';
import { windowSizeUs } from '../expression/window-functions.ts';
import type { GroupWindow, GroupWindows } from '../operator/closed-groups.ts';

/** Which state of a plan ends with event time. */
export interface ClosingWindows {
  readonly aggregates: ReadonlyMap<AggregateNode, GroupWindows>;
  /** By scan: the widths of the windows to which its rows belong. Units: microseconds. */
  readonly sizesUs: readonly (readonly bigint[])[];
}

/** What a column carries of event time: the instant itself, or an edge of its window; and the scans that it comes from. */
interface EventColumn {
  readonly window: Omit<GroupWindow, 'position'> | null;
  readonly scans: readonly number[];
}

/** Finds the aggregations that group by tumbling windows of watermarked columns, through projections, UNION and aggregations below. Rows that meet
 *  others in a join have no event time of their own. */
export function traceWindows({ root }: LogicalPlan, watermarks: readonly (ScanWatermark | null)[]): ClosingWindows {
  const scans = new Map<PlanNode, number>();
  const found: AggregateNode[] = [];
  walkPlan(root, {
    node: (node) => {
      if (node.kind === 'scan') scans.set(node, scans.size);
      if (node.kind === 'aggregate' && node.groupingSets === null) found.push(node);
    },
  });
  const tracer = new WindowTracer(scans, watermarks);
  const atTop = new Set(nodesAtTop(root));
  const aggregates = new Map<AggregateNode, GroupWindows>();
  const sizesUs = [...scans].map((): bigint[] => []);
  for (const node of found) {
    const columns = node.groups.flatMap(({ expression }, position) => {
      const event = tracer.traceExpression(expression, node.input);
      if (event === null || event.window === null) return [];
      for (const scan of event.scans) sizesUs[scan]?.push(event.window.sizeUs);
      return [{ ...event.window, position }];
    });
    if (columns.length > 0) aggregates.set(node, { columns, final: atTop.has(node) });
  }
  return { aggregates, sizesUs };
}

/** Yields the nodes whose rows become rows of the result one by one. */
function* nodesAtTop(node: PlanNode): Generator<PlanNode> {
  yield node;
  if (node.kind === 'project' || node.kind === 'filter') yield* nodesAtTop(node.input);
  if (node.kind === 'set_operation' && node.operation === 'union' && node.all) {
    yield* nodesAtTop(node.left);
    yield* nodesAtTop(node.right);
  }
}

class WindowTracer {
  readonly #scans: ReadonlyMap<PlanNode, number>;
  readonly #watermarks: readonly (ScanWatermark | null)[];

  constructor(scans: ReadonlyMap<PlanNode, number>, watermarks: readonly (ScanWatermark | null)[]) {
    this.#scans = scans;
    this.#watermarks = watermarks;
  }

  /** Returns what an expression over the columns of a node carries of event time. */
  traceExpression(expression: Expression, node: PlanNode): EventColumn | null {
    if (expression.kind === 'column') return this.#traceColumn(expression.id, node);
    if (expression.kind === 'call' && expression.function === 'tumble_start') return this.#traceCall(expression, 'start', node);
    if (expression.kind === 'call' && expression.function === 'tumble_end') return this.#traceCall(expression, 'end', node);
    return null;
  }

  #traceCall(call: CallExpression, edge: 'start' | 'end', node: PlanNode): EventColumn | null {
    const [instant] = call.arguments;
    const event = instant === undefined ? null : this.traceExpression(instant, node);
    if (event === null || event.window !== null) return null;
    return { window: { edge, sizeUs: windowSizeUs(call) }, scans: event.scans };
  }

  #traceColumn(id: number, node: PlanNode): EventColumn | null {
    switch (node.kind) {
      case 'scan': {
        const scan = this.#scans.get(node) ?? -1;
        return this.#watermarks[scan]?.columnId === id ? { window: null, scans: [scan] } : null;
      }
      case 'project':
      case 'aggregate': {
        const columns = node.kind === 'project' ? node.columns : node.groups;
        const column = columns.find((candidate) => candidate.id === id);
        return column === undefined ? null : this.traceExpression(column.expression, node.input);
      }
      case 'filter':
        return this.#traceColumn(id, node.input);
      case 'distinct':
        return node.on === null ? this.#traceColumn(id, node.input) : null;
      case 'set_operation': {
        const position = outputColumns(node).findIndex((column) => column.id === id);
        const left = this.#traceColumn(node.leftIds[position] ?? -1, node.left);
        const right = this.#traceColumn(node.rightIds[position] ?? -1, node.right);
        return left === null || right === null || !sameWindow(left, right) ? null : { ...left, scans: [...left.scans, ...right.scans] };
      }
      default:
        return null;
    }
  }
}

function sameWindow({ window: left }: EventColumn, { window: right }: EventColumn): boolean {
  return left?.edge === right?.edge && left?.sizeUs === right?.sizeUs;
}

import {
  conjuncts,
  type ConnectorRequest,
  type Expression,
  isStatementTime,
  type ParameterValue,
  type PlanNode,
  type ScanColumn,
  type ScanNode,
  scansOf,
  type TableRef,
  walkExpression,
  walkPlan,
} from '../../spi/index.ts';
import { mapExpression } from '../../sql/plan/index.ts';

/** An outside table's reference. */
export type OutsideTable = TableRef & { readonly catalog: string };

/** What one or more scans of a statement read of an outside table. Column ids are the field ids, so that equal requests look alike. */
export interface OutsideRequest extends ConnectorRequest {
  readonly table: OutsideTable;
  /** Each scan with its conjuncts, and for each conjunct its position in `filter`, or null when the connector never sees it. */
  readonly scans: readonly { readonly node: ScanNode; readonly positions: readonly (number | null)[] }[];
}

/** Returns the scans of outside tables, in the order of `walkPlan`. */
export function outsideScans(root: PlanNode): readonly (ScanNode & { readonly table: OutsideTable })[] {
  return scansOf(root).filter((scan): scan is ScanNode & { readonly table: OutsideTable } => scan.table.catalog !== undefined);
}

/** Returns the requests of a plan: scans that read the same rows of the same table share one. */
export function requestsOf(root: PlanNode, parameters: readonly ParameterValue[]): readonly OutsideRequest[] {
  const limits = limitsOf(root, parameters);
  const requests = new Map<string, OutsideRequest>();
  for (const node of outsideScans(root)) {
    const made = requestOf(node, parameters, limits.get(node) ?? null);
    const key = JSON.stringify([made.table.uuid, made.filter, made.limit]);
    const known = requests.get(key);
    requests.set(key, known === undefined ? made : united(known, made));
  }
  return [...requests.values()];
}

function united(left: OutsideRequest, right: OutsideRequest): OutsideRequest {
  const more = right.columns.filter(({ id }) => !left.columns.some((column) => column.id === id));
  return { ...left, columns: [...left.columns, ...more], scans: [...left.scans, ...right.scans] };
}

function requestOf(
  node: ScanNode & { readonly table: OutsideTable },
  parameters: readonly ParameterValue[],
  limit: number | null,
): OutsideRequest {
  const fieldIds = new Map(node.columns.map((column) => [column.id, column.fieldId]));
  const filter: Expression[] = [];
  const positions = (node.filter === null ? [] : conjuncts(node.filter)).map((conjunct) => {
    if (!isConstantOver(conjunct, fieldIds)) return null;
    return filter.push(constantOf(conjunct, fieldIds, parameters)) - 1;
  });
  const columns: readonly ScanColumn[] = node.columns.map((column) => ({ ...column, id: column.fieldId }));
  // What the connector never sees takes rows away afterwards, so that fewer would be left than asked for.
  const limited = positions.includes(null) ? null : limit;
  return { table: node.table, columns, filter, limit: limited, scans: [{ node, positions }] };
}

/** Whether an expression has one value for each row, which depends on nothing but columns of the scan and parameters. */
function isConstantOver(expression: Expression, fieldIds: ReadonlyMap<number, number>): boolean {
  let constant = true;
  walkExpression(expression, {
    expression: (part) => {
      if (part.kind === 'lambda' || 'plan' in part) constant = false;
      if (part.kind === 'column' && !fieldIds.has(part.id)) constant = false;
      if (part.kind === 'call' && isStatementTime(part.function)) constant = false;
    },
  });
  return constant;
}

function constantOf(expression: Expression, fieldIds: ReadonlyMap<number, number>, parameters: readonly ParameterValue[]): Expression {
  return mapExpression(expression, (part) => {
    if (part.kind === 'parameter') return { kind: 'literal', type: part.type, value: parameters[part.index] ?? null };
    if (part.kind === 'column') return { ...part, id: fieldIds.get(part.id) ?? part.id };
    return null;
  });
}

/** Returns how many rows of a scan are enough, where a LIMIT stands above it and nothing between that takes rows away or orders them. */
function limitsOf(root: PlanNode, parameters: readonly ParameterValue[]): ReadonlyMap<PlanNode, number> {
  const limits = new Map<PlanNode, number>();
  walkPlan(root, {
    node: (node) => {
      if (node.kind !== 'limit') return;
      const limit = constantNumber(node.limit, parameters);
      const offset = node.offset === null ? 0 : constantNumber(node.offset, parameters);
      let input = node.input;
      while (input.kind === 'project') input = input.input;
      if (input.kind === 'scan' && limit !== null && offset !== null) limits.set(input, limit + offset);
    },
  });
  return limits;
}

function constantNumber(expression: Expression | null, parameters: readonly ParameterValue[]): number | null {
  if (expression === null) return null;
  const value = expression.kind === 'literal' ? expression.value : expression.kind === 'parameter' ? parameters[expression.index] : null;
  const number = typeof value === 'string' ? Number(value) : NaN;
  return Number.isSafeInteger(number) && number >= 0 ? number : null;
}

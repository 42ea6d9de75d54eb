import type { WindowCall, WindowFrame, WindowNode } from '../../spi/index.ts';
import type { Value } from '../value/value.ts';
import { keyText } from './compare-values.ts';
import { aggregateValue } from './evaluate-aggregate.ts';
import { compareKeys, evaluate, sortRows } from './evaluate-expression.ts';
import { type Row, type Scope, unknownPart } from './scope.ts';

/** Returns the input's rows with their window columns. */
export function evaluateWindow(node: WindowNode, outer: Row, scope: Scope): readonly Row[] {
  const rows = scope.evaluatePlan(node.input, outer, scope);
  const added = new Map<Row, Map<number, Value>>(rows.map((row) => [row, new Map()]));
  for (const { id, call } of node.windows) {
    for (const partition of partitionsOf(call, rows, scope)) {
      const sorted = sortRows(partition, call.windowOrderBy, scope);
      sorted.forEach((row, at) => added.get(row)?.set(id, windowValue(call, sorted, at, scope)));
    }
  }
  return rows.map((row) => new Map([...row, ...(added.get(row) ?? [])]));
}

function partitionsOf({ partitionBy }: WindowCall, rows: readonly Row[], scope: Scope): readonly (readonly Row[])[] {
  const partitions = new Map<string, Row[]>();
  for (const row of rows) {
    const key = partitionBy.map((expression) => keyText(evaluate(expression, row, scope))).join('|');
    const rowsOfKey = partitions.get(key) ?? [];
    partitions.set(key, rowsOfKey);
    rowsOfKey.push(row);
  }
  return [...partitions.values()];
}

function windowValue(call: WindowCall, rows: readonly Row[], at: number, scope: Scope): Value {
  const keys = (row: Row): readonly Value[] => call.windowOrderBy.map(({ expression }) => evaluate(expression, row, scope));
  const arePeers = (left: number, right: number): boolean =>
    compareKeys(call.windowOrderBy, keys(rows[left] as Row), keys(rows[right] as Row)) === 0;
  const firstPeer = (): number => rows.findIndex((_, index) => arePeers(index, at));
  switch (call.function) {
    case 'row_number':
      return BigInt(at + 1);
    case 'rank':
      return BigInt(firstPeer() + 1);
    case 'dense_rank':
      return BigInt(rows.slice(0, at + 1).filter((_, index) => index === 0 || !arePeers(index, index - 1)).length);
    case 'lag':
    case 'lead': {
      const [argument, distance, otherwise] = call.arguments;
      if (argument === undefined || otherwise !== undefined || call.ignoreNulls) return unknownPart(`this form of ${call.function}()`);
      const step = distance === undefined ? 1 : Number(evaluate(distance, rows[at] as Row, scope));
      const row = rows[call.function === 'lag' ? at - step : at + step];
      return row === undefined ? null : evaluate(argument, row, scope);
    }
    default: {
      const [start, end] = frameOf(call, rows, at, scope, arePeers);
      return aggregateValue(call, rows.slice(Math.max(0, start), Math.max(0, end + 1)), scope);
    }
  }
}

/** Returns the first and the last row of the frame. Without one it ends with the peers of the row, where there is an order. */
function frameOf(
  { frame, windowOrderBy }: WindowCall,
  rows: readonly Row[],
  at: number,
  scope: Scope,
  arePeers: (left: number, right: number) => boolean,
): readonly [number, number] {
  if (frame === null) return [0, windowOrderBy.length === 0 ? rows.length - 1 : rows.findLastIndex((_, index) => arePeers(index, at))];
  if (frame.unit !== 'rows' || frame.exclude !== 'no_others') return unknownPart('this frame');
  const bound = (edge: WindowFrame['start']): number => {
    if (edge.kind === 'unbounded_preceding') return 0;
    if (edge.kind === 'unbounded_following') return rows.length - 1;
    if (!('offset' in edge)) return at;
    const offset = Number(evaluate(edge.offset, rows[at] as Row, scope));
    return edge.kind === 'preceding' ? at - offset : at + offset;
  };
  return [bound(frame.start), bound(frame.end)];
}

import { conjuncts, type Expression, hasSubquery, type JoinNode, outputColumns, sameType } from '../../../spi/index.ts';
import { readIds } from './column-use.ts';

/** Equal-length lists of keys: rows that match in the join have equal keys, of equal types. */
export interface JoinKeys {
  readonly left: readonly Expression[];
  readonly right: readonly Expression[];
}

const EQUALITIES: ReadonlySet<string> = new Set(['eq', 'is_not_distinct_from']);

/** Returns the keys by which both sides of a join can be partitioned, null when there is none. */
export function joinKeys(node: JoinNode): JoinKeys | null {
  const left = new Set(outputColumns(node.left).map((column) => column.id));
  const right = new Set(outputColumns(node.right).map((column) => column.id));
  const keys = { left: [] as Expression[], right: [] as Expression[] };
  for (const part of conjuncts(node.condition)) {
    if (part.kind !== 'call' || !EQUALITIES.has(part.function)) continue;
    const [one, other] = part.arguments;
    if (one === undefined || other === undefined || hasSubquery(part) || !sameType(one.type, other.type)) continue;
    const [first, second] = [onlyReads(one, left) && onlyReads(other, right), onlyReads(one, right) && onlyReads(other, left)];
    if (!first && !second) continue;
    keys.left.push(first ? one : other);
    keys.right.push(first ? other : one);
  }
  return keys.left.length === 0 ? null : keys;
}

/** A constant is no key: all rows would meet in one partition. */
function onlyReads(expression: Expression, ids: ReadonlySet<number>): boolean {
  const read = readIds([expression]);
  return read.size > 0 && [...read].every((id) => ids.has(id));
}

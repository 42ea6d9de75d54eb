import { type CallExpression, conjuncts, type JoinNode, outputColumns, readsColumns } from '../../spi/index.ts';
import { compareValues } from './compare-values.ts';
import { evaluate } from './evaluate-expression.ts';
import { type Row, type Scope, unknownPart } from './scope.ts';

/** Returns the rows of a join: each left row beside each right one. */
export function evaluateJoin(node: JoinNode, outer: Row, scope: Scope): readonly Row[] {
  const { joinType, condition, lateral } = node;
  const left = scope.evaluatePlan(node.left, outer, scope);
  const fixed = lateral ? null : scope.evaluatePlan(node.right, outer, scope);
  const matched = new Set<Row>();
  const rows: Row[] = [];
  for (const one of left) {
    const pairs = (fixed ?? scope.evaluatePlan(node.right, one, scope))
      .map((other) => ({ other, both: new Map([...one, ...other]) }))
      .filter(({ both }) => condition === null || evaluate(condition, both, scope) === true);
    for (const { other } of pairs) matched.add(other);
    if (joinType === 'semi' || joinType === 'anti') {
      if (pairs.length > 0 === (joinType === 'semi')) rows.push(one);
    } else if (joinType === 'asof_inner' || joinType === 'asof_left') {
      const nearest = nearestOf(
        node,
        pairs.map(({ both }) => both),
        scope,
      );
      if (nearest !== null) rows.push(nearest);
      else if (joinType === 'asof_left') rows.push(one);
    } else {
      rows.push(...pairs.map(({ both }) => both));
      if (pairs.length === 0 && (joinType === 'left' || joinType === 'full')) rows.push(one);
    }
  }
  if (joinType === 'right' || joinType === 'full') rows.push(...(fixed ?? []).filter((other) => !matched.has(other)));
  return rows;
}

const AT_MOST = ['ge', 'gt'];
const AT_LEAST = ['le', 'lt'];

/** Returns, of the pairs of one left row, the one whose right value is the nearest by the condition's inequality. */
function nearestOf({ condition, right }: JoinNode, pairs: readonly Row[], scope: Scope): Row | null {
  const inequality = conjuncts(condition).find(
    (part): part is CallExpression => part.kind === 'call' && [...AT_MOST, ...AT_LEAST].includes(part.function),
  );
  const [first, second] = inequality?.arguments ?? [];
  if (inequality === undefined || first === undefined || second === undefined) return unknownPart('this condition of an ASOF join');
  const isRightFirst = readsColumns(first, new Set(outputColumns(right).map(({ id }) => id)));
  const key = isRightFirst ? first : second;
  // `left >= right` and `right <= left` look for the greatest right value.
  const sign = AT_MOST.includes(inequality.function) === isRightFirst ? -1 : 1;
  const value = (row: Row) => evaluate(key, row, scope);
  return pairs.reduce<Row | null>(
    (best, row) => (best === null || sign * compareValues(value(row), value(best), key.type) > 0 ? row : best),
    null,
  );
}
